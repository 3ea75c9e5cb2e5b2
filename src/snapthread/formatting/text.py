"""Text as Telegram counts and takes it: UTF-16 units, no control characters, no lone surrogates."""

import re
import unicodedata
from typing import Final

from snapthread.characters import utf16_len

_LINE_ENDS: Final = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
# Controls, and the bidi embeddings and overrides that the Bot API server drops by itself
# (TDLib, clean_input_string): dropping them here keeps our offsets true.
_DROPPED: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]")
# Lone surrogates, and noncharacters, which no text should hold: we use some as marks of our own.
_UNFIT: Final = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Blank on the screen though not whitespace for Python; the server calls such a message empty.
_BLANK: Final = re.compile(r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
                           r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f"
                           r"\ufeff\uffa0\ufffc\U000e0000-\U000e0fff]*")  # fmt: skip

_ZWJ: Final = "\u200d"
_VIRAMA_CLASS: Final = 9  # Unicode combining class: joins two consonants into one sign
_BACKWARDS_MAX: Final = 64  # a "character" of more marks than this may be cut


def clean(text: str) -> str:
    """One kind of line end, no control characters; what is no character becomes U+FFFD."""
    text = _LINE_ENDS.sub("\n", text)
    return _UNFIT.sub("\ufffd", _DROPPED.sub("", text))


def is_blank(text: str) -> bool:
    """Nothing is to be seen: Telegram refuses such a message."""
    return _BLANK.fullmatch(text) is not None


def fitting(text: str, units: int) -> int:
    """The number of characters from the start that fit, without cutting a surrogate pair."""
    head = text[:units]
    if utf16_len(head) <= units:
        return len(head)
    return len(head.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def whole_character(text: str, index: int) -> int:
    """The nearest place at or before `index` that is not inside what is seen as one character."""
    for place in range(index, max(0, index - _BACKWARDS_MAX), -1):
        if not _joins(text, place):
            return place
    return index


def _joins(text: str, index: int) -> bool:
    """The characters on both sides of `index` are seen as one."""
    if index >= len(text):
        return False
    before, after = text[index - 1], text[index]
    if before == "\n":
        return False
    return (
        _extends(after)
        or before == _ZWJ
        or unicodedata.combining(before) == _VIRAMA_CLASS
        or (_is_flag_half(after) and _odd_flag_halves(text, index))
    )


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Mc", "Me"}
        or character == _ZWJ
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags: flags of England, Scotland, Wales
        or "\u1160" <= character <= "\u11ff"  # vowels and finals of a Hangul syllable
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _odd_flag_halves(text: str, index: int) -> bool:
    start = index
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return (index - start) % 2 == 1
