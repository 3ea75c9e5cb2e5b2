"""Kinds of documents, told by their bytes. A name is the sender's claim: it tells texts apart."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final, Literal, NamedTuple

from snapthread.errors import DocumentRefused

DocumentFormat = Literal["pdf", "docx", "pptx", "xlsx", "odt", "rtf", "doc", "ppt", "xls", "text"]

_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SLIDES: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_SHEETS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MIME: Final[Mapping[DocumentFormat, str]] = {
    "pdf": "application/pdf",
    "docx": _WORD,
    "pptx": _SLIDES,
    "xlsx": _SHEETS,
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
    "doc": "application/msword",
    "ppt": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel",
    "text": "text/plain",
}
# Texts whose suffix says something to the model (file-inputs guide); any other goes up as .txt.
TEXT_SUFFIXES: Final = frozenset(
    """
    .c .cpp .cs .css .csv .diff .go .h .hpp .html .ics .java .js .json .kt .log .lua .md .php .pl
    .py .rb .rs .sh .sql .srt .swift .tex .toml .ts .tsv .txt .vtt .xml .yaml .yml
    """.split()
)
PDF_WITHIN: Final = 1024  # bytes before "%PDF-": readers look that far (ISO 32000-1, annex H)


class Magic(NamedTuple):
    """The beginning of what is no document, and what to say of it."""

    start: bytes
    what: str


_OTHERS: Final = (
    Magic(b"MZ", "program"),
    Magic(b"\x7fELF", "program"),
    Magic(b"Rar!", "archive"),
    Magic(b"7z\xbc\xaf", "archive"),
    Magic(b"\x1f\x8b", "archive"),
    Magic(b"BZh", "archive"),
    Magic(b"\xfd7zXZ", "archive"),
    Magic(b"SQLite format 3", "database"),
)
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF: Final = b"{\\rtf"


def is_pdf(content: bytes) -> bool:
    """Some have something before their beginning; a text that speaks of one has no such end."""
    if content.startswith(b"%PDF-"):
        return True
    return b"%PDF-" in content[: PDF_WITHIN + 5] and b"startxref" in content[-PDF_WITHIN:]


def refuse_others(content: bytes) -> None:
    """Refuse what is surely no document; raises DocumentRefused."""
    if not content:
        raise DocumentRefused("empty")
    for start, what in _OTHERS:
        if content.startswith(start):
            raise DocumentRefused("unsupported_type", what)


def text_suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in TEXT_SUFFIXES else ".txt"
