"""The end of a long text as one message: what a draft shows of it."""

from typing import Final

from snapthread.characters import utf16_len
from snapthread.formatting.render.pieces import Piece
from snapthread.formatting.render.rich import Rich, trim
from snapthread.formatting.split.pack import join, to_say
from snapthread.formatting.text import fitting
from snapthread.limits import MESSAGE_ENTITIES, MESSAGE_UNITS
from snapthread.model import OutgoingMessage

_LINE_MAX: Final = 400  # characters given up so that the text begins with a line


def last_part(pieces: list[Piece]) -> OutgoingMessage:
    """The end of a text that is longer than a message, from the beginning of a line."""
    shown: list[Piece] = []
    units = 0
    for piece in reversed(pieces):
        shown.insert(0, piece)
        units += utf16_len(piece.rich.text) + len(piece.gap)
        if units > MESSAGE_UNITS:
            break
    return to_say(_end_of(join(shown)))


def _end_of(rich: Rich) -> Rich:
    """The end that fits; of too many spans the last are kept."""
    start = _start_of_end(rich.text)
    spans = tuple(
        span.between(max(span.start, start), span.end).move(-start)
        for span in rich.spans
        if span.end > start
    )
    return trim(Rich(text=rich.text[start:], spans=spans[-MESSAGE_ENTITIES:]))


def _start_of_end(text: str) -> int:
    surplus = utf16_len(text) - MESSAGE_UNITS
    if surplus <= 0:
        return 0
    start = fitting(text, surplus)
    start += utf16_len(text[:start]) < surplus  # half of a surrogate pair is too much as well
    line = text.find("\n", start, start + _LINE_MAX)
    space = text.find(" ", start, start + _LINE_MAX)
    return max(line, space if line < 0 else line, start)
