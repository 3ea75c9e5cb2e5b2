"""Widths in a monospace font: East Asian characters and emoji take two cells."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_ZWJ: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"  # makes a narrow sign a wide emoji
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
# A line may break at a space, and between any two East Asian characters.
_PART: Final = re.compile(
    "\\s+|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]"
    "|[^\\s\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]+"
)


def width(text: str) -> int:
    if text.isascii():
        return len(text)
    cells = last = 0
    is_joined = False
    for character in text:
        if character == _EMOJI_STYLE:
            cells += 2 - last if last else 0
            last = 2 if last else 0
        elif character == _ZWJ:
            is_joined = True
        elif is_joined or ord(character) in _SKIN_TONES:
            is_joined = False
        else:
            last = _own_width(character)
            cells += last
    return cells


def _own_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def longest_part(text: str) -> int:
    """The width that no line break can go below."""
    return max((width(part) for part in _PART.findall(text)), default=0)


def wrap(text: str, cells: int) -> Iterator[str]:
    """The text in lines of at most this many cells; only a longer word stands over."""
    line = ""
    for part in _PART.findall(text):
        if line and width(line + part.rstrip()) > cells:
            yield line.rstrip()
            line = part.lstrip()
        else:
            line += part
    yield line.rstrip()


def pad(text: str, cells: int, alignment: str) -> str:
    room = max(0, cells - width(text))
    match alignment:
        case "Right":
            return " " * room + text
        case "Center":
            return " " * (room // 2) + text + " " * (room - room // 2)
        case _:
            return text + " " * room
