"""Word, PowerPoint, spreadsheets and OpenDocument: what they are, and the text in them.

Of an archive only the parts that hold text are opened, each to a bound, so a bomb costs what is
read of it. Tags are cut out: nothing is parsed, so nothing in them can be expanded.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Final

from snapthread.adapters.media.documents.kinds import DocumentFormat
from snapthread.errors import DocumentRefused

ENTRIES_MAX: Final = 10_000
OPENED_BYTES: Final = 64 * 1024 * 1024  # of all parts with text together; more is no document
ROWS_MAX: Final = 1_000  # of a sheet: what OpenAI reads of it
ENCRYPTED: Final = 0x1  # flag bit of an entry

# The part that tells the kind, and the parts with its text in their order.
_KINDS: Final[tuple[tuple[str, DocumentFormat, str], ...]] = (
    ("word/document.xml", "docx", r"word/document\.xml"),
    ("ppt/presentation.xml", "pptx", r"ppt/slides/slide(\d+)\.xml"),
    ("xl/workbook.xml", "xlsx", r"xl/(?:worksheets/sheet(\d+)|sharedStrings)\.xml"),
)
_ODT: Final = b"application/vnd.oasis.opendocument.text"
# OpenDocument of other kinds, which no guide names: their text goes up instead.
_AS_TEXT: Final = {
    b"application/vnd.oasis.opendocument.presentation": "txt",
    b"application/vnd.oasis.opendocument.spreadsheet": "tsv",
}
_CELL_ENDS: Final = re.compile(rb"</table:(?:covered-)?table-cell>")
_ROW_ENDS: Final = re.compile(rb"</table:table-row>")
_LINE_ENDS: Final = re.compile(rb"</(?:w:p|a:p|text:p|text:h|row)>|<w:br/>")
_TAG: Final = re.compile(rb"<[^>]*>")
_ROW: Final = re.compile(rb"<row[ >]")
# The names of streams in the compound file of Office before 2007, as its directory has them.
_STREAMS: Final[tuple[tuple[str, DocumentFormat], ...]] = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_LOCKED: Final = ("EncryptedPackage", "EncryptionInfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeContent:
    format: DocumentFormat
    text: str = ""
    pages: int = 0  # slides
    as_text: str = ""  # the ending of the text that goes up in its place
    is_text_known: bool = True


def read_archive(content: bytes) -> OfficeContent:
    """The content of a ZIP. Raises DocumentRefused."""
    with _in_our_words(), zipfile.ZipFile(BytesIO(content)) as archive:
        return _read(archive)


def _read(archive: zipfile.ZipFile) -> OfficeContent:
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise DocumentRefused("too_heavy", f"{len(entries)} entries")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise DocumentRefused("encrypted")
    names = {entry.filename for entry in entries}
    for part, form, parts in _KINDS:
        if part in names:
            texts = _texts(archive, _in_order(entries, parts), rows=form == "xlsx")
            slides = len(texts) if form == "pptx" else 0
            return OfficeContent(format=form, text="\n".join(texts), pages=slides)
    kind = _read_part(archive, "mimetype", 100) if "mimetype" in names else b""
    if kind == _ODT:
        texts = _texts(archive, ["content.xml"])
        return OfficeContent(format="odt", text="\n".join(texts))
    if ending := _AS_TEXT.get(kind):
        body = _read_part(archive, "content.xml", OPENED_BYTES + 1)
        if len(body) > OPENED_BYTES:
            raise DocumentRefused("too_heavy", f"more than {OPENED_BYTES} bytes")
        text = _table(body) if ending == "tsv" else _strip_tags(body)
        return OfficeContent(format="text", text=text, as_text=ending)
    raise DocumentRefused("unsupported_type", "archive")


def _in_order(entries: Iterable[zipfile.ZipInfo], pattern: str) -> list[str]:
    matches = [re.fullmatch(pattern, entry.filename) for entry in entries]
    found = [match for match in matches if match]
    return [match[0] for match in sorted(found, key=_number)]


def _number(match: re.Match[str]) -> tuple[int, str]:
    number = match[1] if match.re.groups and match[1] else "0"
    return int(number[:9]), match[0]


def _texts(archive: zipfile.ZipFile, names: Iterable[str], *, rows: bool = False) -> list[str]:
    left, texts = OPENED_BYTES, []
    for name in names:
        part = _read_part(archive, name, left + 1)
        left -= len(part)
        if left < 0:
            raise DocumentRefused("too_heavy", f"more than {OPENED_BYTES} bytes")
        texts.append(_strip_tags(_first_rows(part) if rows else part))
    return texts


def _read_part(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as part:
        return part.read(most)


def _first_rows(part: bytes) -> bytes:
    for number, row in enumerate(_ROW.finditer(part)):
        if number == ROWS_MAX:
            return part[: row.start()]
    return part


def _strip_tags(part: bytes) -> str:
    text = _TAG.sub(b" ", _LINE_ENDS.sub(b"\n", part)).decode("utf-8", "replace")
    return re.sub(r"[ \t]+", " ", unescape(text)).strip()


def _table(part: bytes) -> str:
    """A row a line, its cells apart by tabs; of empty rows nothing."""
    marked = _ROW_ENDS.sub(b"\n", _CELL_ENDS.sub(b"\t", part))
    text = unescape(_TAG.sub(b"", marked).decode("utf-8", "replace"))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def read_compound(content: bytes) -> OfficeContent:
    """Only the kind of a compound file. Raises DocumentRefused."""
    if any(_has_stream(content, name) for name in _LOCKED):
        raise DocumentRefused("encrypted")
    for name, form in _STREAMS:
        if _has_stream(content, name):
            return OfficeContent(format=form, is_text_known=False)
    raise DocumentRefused("unsupported_type", "compound file")


def _has_stream(content: bytes, name: str) -> bool:
    return (name + "\0").encode("utf-16-le") in content


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except DocumentRefused:
        raise
    except MemoryError as failure:
        raise DocumentRefused("too_heavy", "MemoryError") from failure
    except NotImplementedError as failure:  # a way of packing that is not read here
        raise DocumentRefused("unsupported_type", "archive") from failure
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError) as failure:
        raise DocumentRefused("unreadable", type(failure).__name__) from failure
    except Exception as failure:  # the rest of what odd bytes make of a ZIP
        raise DocumentRefused("unreadable", type(failure).__name__) from failure
