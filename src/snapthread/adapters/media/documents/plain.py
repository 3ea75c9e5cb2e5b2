"""Text in any of its encodings, as UTF-8: what the model's server surely reads."""

import codecs
import re
from typing import Final

from snapthread.errors import DocumentRefused

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CYRILLIC: Final = "cp1251"
_LATIN: Final = "cp1252"
# Letters with the eighth bit, by themselves in a word or beside others. Ё is apart in cp1251.
_HIGH: Final = re.compile(rb"[\xc0-\xff\xa8\xb8]")
_ALL_HIGH: Final = re.compile(rb"(?<![A-Za-z\xc0-\xff])[\xc0-\xff\xa8\xb8]+(?![A-Za-z\xc0-\xff])")
_MIXED: Final = re.compile(rb"[A-Za-z]+[\xc0-\xff]+[A-Za-z]*|[\xc0-\xff]+[A-Za-z]+")
_FAR: Final = "\u0530"  # beyond Latin, Greek and Cyrillic
_CONTROLS: Final = frozenset(range(32)) - frozenset(b"\t\n\x0b\x0c\r\x1b")


def read_text(content: bytes) -> str:
    """Raises DocumentRefused where it is none."""
    text = _decode(content)
    if not text.strip():
        raise DocumentRefused("empty", "no text")
    return text


def _decode(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _or_refuse(content, encoding)
    if not _CONTROLS.isdisjoint(content):
        return _of_two_bytes(content)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _or_refuse(content, _of_eight_bits(content))


def _of_two_bytes(content: bytes) -> str:
    """UTF-16 that does not say so: a table as some programs write it. Of anything else the signs
    would be from all over the world."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        near = sum(char < _FAR for char in text)
        if near > len(text) * 0.9 and _CONTROLS.isdisjoint(map(ord, text)):
            return text
    raise DocumentRefused("unsupported_type", "binary")


def _of_eight_bits(content: bytes) -> str:
    """Windows' two most frequent: a Russian word has the eighth bit in all its letters, a Western
    one in few; the words between them say nothing."""
    russian = sum(map(len, _ALL_HIGH.findall(content)))
    western = sum(len(_HIGH.findall(word)) for word in _MIXED.findall(content))
    return _CYRILLIC if russian > western else _LATIN


def _or_refuse(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentRefused("unsupported_type", "binary") from error
