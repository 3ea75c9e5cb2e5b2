"""Text in any of its encodings, as UTF-8: what the model's server surely reads."""

import codecs
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
_CONTROLS: Final = frozenset(range(32)) - frozenset(b"\t\n\x0b\x0c\r\x1b")


def read_text(content: bytes) -> str:
    """Raises DocumentRefused where it is none."""
    text = _decoded(content)
    if not text.strip():
        raise DocumentRefused("empty", "no text")
    return text


def _decoded(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _or_refuse(content, encoding)
    if not _CONTROLS.isdisjoint(content):
        raise DocumentRefused("unsupported_type", "binary")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return _or_refuse(content, _of_eight_bits(content))


def _of_eight_bits(content: bytes) -> str:
    """Windows' two most frequent: in Russian text most letters have the eighth bit, in Western
    text few have."""
    letters = sum(byte >= 0xC0 for byte in content)
    plain = sum(chr(byte).isalpha() for byte in content if byte < 0x80)
    return _CYRILLIC if letters > plain else _LATIN


def _or_refuse(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentRefused("unsupported_type", "binary") from error
