"""The words and the number of pages of a document: for answers that invent nothing."""

import re
import zipfile
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Final

from pypdf import PdfReader

PAGES_READ: Final = 20
BEGINNING: Final = 160  # characters
PART: Final = re.compile(r"(?:word/document|ppt/slides/slide\d+|xl/sharedStrings|content)\.xml")
PART_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`words`: of the first pages of a long one."""

    pages: int = 0
    words: int = 0
    beginning: str = ""


def read(content: bytes) -> Read:
    """Nothing of what cannot be read here."""
    try:
        pages, text = _text(content)
    except Exception:  # noqa: BLE001 - it is only shown
        return Read()
    words = text.split()
    return Read(pages=pages, words=len(words), beginning=_beginning(" ".join(words)))


def _text(content: bytes) -> tuple[int, str]:
    if content.startswith(b"%PDF-"):
        pages = PdfReader(BytesIO(content)).pages
        return len(pages), "\n".join(page.extract_text() for page in pages[:PAGES_READ])
    if content.startswith(b"PK"):
        return 0, _of_archive(content)
    return 0, content.decode()


def _of_archive(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = sorted(filter(PART.fullmatch, archive.namelist()))
        parts = [archive.open(name).read(PART_BYTES).decode("utf-8", "replace") for name in names]
    return unescape(re.sub(r"<[^>]*>", " ", " ".join(parts)))


def _beginning(text: str) -> str:
    return text if len(text) <= BEGINNING else text[:BEGINNING].rstrip() + "…"
