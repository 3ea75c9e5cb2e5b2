"""A piece that is longer than a message, part by part; what a cut goes through begins again."""

from collections import deque
from typing import Final

from snapthread.characters import utf16_len
from snapthread.formatting.render.pieces import Piece
from snapthread.formatting.render.rich import Rich, Span, trim
from snapthread.formatting.split.plain import cut
from snapthread.formatting.text import fitting, whole_character
from snapthread.limits import MESSAGE_UNITS

_REPEATED_MAX: Final = MESSAGE_UNITS // 4  # a longer header of a table is not repeated


class Cutter:
    """Goes through a piece once, however many parts it makes."""

    def __init__(self, piece: Piece) -> None:
        self._text = piece.rich.text
        self._spans = deque(piece.rich.spans)
        self._start = 0
        self._repeated = piece.repeated if utf16_len(piece.repeated) <= _REPEATED_MAX else ""

    @property
    def is_done(self) -> bool:
        return self._start >= len(self._text)

    def part(self, units: int, entities: int) -> Rich:
        """The next part, of at most this many units and entities."""
        header = self._repeated if self._start else ""
        end = self._end(units - utf16_len(header), entities)
        text = self._text[self._start : end]
        spans = tuple(self._take(end))
        self._start = end
        part = trim(Rich(text=text, spans=spans))
        return _below(header, part) if header else part

    def _end(self, units: int, entities: int) -> int:
        if len(self._spans) > entities:
            crowd = self._spans[entities].start
            units = max(1, min(units, utf16_len(self._text[self._start : crowd])))
        # One character more than fits shows whether the rest fits as a whole.
        return self._start + cut(self._text[self._start : self._start + units + 1], units)

    def _take(self, end: int) -> list[Span]:
        """The spans up to `end`; those that go on begin again after it."""
        taken: list[Span] = []
        going_on: list[Span] = []
        while self._spans and self._spans[0].start < end:
            span = self._spans.popleft()
            taken.append(span.between(span.start, min(span.end, end)).move(-self._start))
            if span.end > end:
                going_on.append(span.between(end, span.end))
        self._spans.extendleft(reversed(going_on))
        return taken


def beginning(rich: Rich, units: int) -> Rich:
    """This much of it, cut anywhere but inside a character."""
    end = whole_character(rich.text, fitting(rich.text, units))
    spans = (
        span.between(span.start, min(span.end, end)) for span in rich.spans if span.start < end
    )
    return trim(Rich(text=rich.text[:end], spans=tuple(spans)))


def _below(header: str, part: Rich) -> Rich:
    """Under the header again: such a piece is one stretch of preformatted text."""
    text = header + part.text
    return Rich(text=text, spans=tuple(span.between(0, len(text)) for span in part.spans))
