"""Long text into messages that fit: cut at a paragraph, a line, a sentence, a word, a character."""

import re
from collections.abc import Iterator
from typing import Final

from snapthread.formatting.text import clean, fitting, is_blank, whole_character
from snapthread.limits import MESSAGE_UNITS
from snapthread.model import OutgoingMessage

# The best places first; each match ends where the next message begins.
# None takes the white space that begins a line: in code that is the indent.
_PARAGRAPH: Final = re.compile(r"\n(?:[^\S\n]*\n)+")
_LINE: Final = re.compile(r"\n")
_SENTENCE: Final = re.compile(r"[.!?…:;؟۔।][\"'»”’)\]]*[^\S\n]+|[。！？；]+[」』”）]*")
_WORD: Final = re.compile(r"[^\S\n]+|\n")


def split_plain(text: str) -> tuple[OutgoingMessage, ...]:
    """Plain text as messages that fit. Only white space at their ends is lost."""
    return tuple(OutgoingMessage(text=part) for part in _parts(clean(text)) if not is_blank(part))


def _parts(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        # One more character than fits shows whether it all fits, and a break right at the end.
        window = text[start : start + MESSAGE_UNITS + 1]
        end = start + cut(window, MESSAGE_UNITS)
        yield text[start:end].strip()
        start = end


def cut(text: str, units: int) -> int:
    """The place to end a message of at most `units`: the best one in the second half of what fits.

    It takes at least one character, and all of the text where that fits.
    """
    end = fitting(text, units)
    if end == len(text):
        return end
    for kind in (_PARAGRAPH, _LINE, _SENTENCE, _WORD):
        if place := _last(kind, text, end // 2, end):
            return place
    return _last(_WORD, text, 0, end) or whole_character(text, end) or max(end, 1)


def _last(kind: re.Pattern[str], text: str, start: int, end: int) -> int:
    """The end of the last such place between `start` and `end`, or 0."""
    last = 0
    for found in kind.finditer(text, start):
        # White space is trimmed from a message's end, so it may hang over.
        if found.start() + len(found.group().rstrip()) > end:
            break
        last = found.end()
    return last
