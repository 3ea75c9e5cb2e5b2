"""A PDF: how many pages it has, whether anybody may read it, its text, and some pages out of it.

pypdf bounds what it reads (its configuration); our limits are those of the child that this runs in.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import DependencyError, LimitReachedError, PdfReadError

from snapthread.contents import PageRange
from snapthread.errors import DocumentRefused
from snapthread.faults import DocumentFault

TEXT_S: Final = 8.0  # then the rest of the pages is taken to hold as much as those before
LETTERS_LEAST: Final = 16  # on a page that has text, and not just a number
STANDARD: Final = "/Standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """The text of some pages. `size_bytes`: also of those that there was no time to read."""

    text: str
    size_bytes: int
    has_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfContent:
    pages: int
    text: PdfText
    content: bytes


def read_pdf(content: bytes, wanted: PageRange | None, max_pages: int) -> PdfContent:
    """Raises DocumentRefused; with the pages, where there are too many."""
    with _in_our_words():
        reader = PdfReader(BytesIO(content))
        _refuse_encrypted(reader)
        pages = len(reader.pages)
        if not pages:
            raise DocumentRefused("empty", "no pages")
        chosen = _chosen(wanted, pages)
        if 0 < max_pages < len(chosen):
            raise DocumentRefused("too_many_pages", f"{len(chosen)}", pages=pages)
        text = _text(reader, chosen)
        is_as_it_came = (
            len(chosen) == pages and not reader.is_encrypted
        )  # which OpenAI may not open
        cut = content if is_as_it_came else _extract_pages(reader, chosen)
    return PdfContent(pages=pages, text=text, content=cut)


def _refuse_encrypted(reader: PdfReader) -> None:
    """One that opens without a password is for everybody."""
    if not reader.is_encrypted:
        return
    try:
        is_open = bool(reader.decrypt(""))
    except (DependencyError, NotImplementedError):  # AES, which pypdf alone does not know
        is_open = False
    if not is_open:
        raise DocumentRefused("encrypted")


def _chosen(wanted: PageRange | None, pages: int) -> PageRange:
    if wanted is None:
        return PageRange(1, pages)
    first = max(1, min(wanted.first, pages))
    return PageRange(first, max(first, min(wanted.last, pages)))


# ---------------------------------------------------------------- its text


def _text(reader: PdfReader, chosen: PageRange) -> PdfText:
    began, texts = time.monotonic(), list[str]()
    for number in range(chosen.first - 1, chosen.last):
        texts.append(_text_of(reader.pages[number]))
        if time.monotonic() - began > TEXT_S:
            break
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return PdfText(
        text="\n\n".join(texts),
        size_bytes=size * len(chosen) // len(texts),
        has_text=any(_is_text(text) for text in texts),
    )


def _text_of(page: PageObject) -> str:
    """A page whose text nobody can read is a picture to us."""
    try:
        return page.extract_text()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pypdf answers odd pages with almost any exception
        return ""


def _is_text(text: str) -> bool:
    return sum(map(str.isalnum, text)) >= LETTERS_LEAST


# ---------------------------------------------------------------- some of its pages


def _extract_pages(reader: PdfReader, chosen: PageRange) -> bytes:
    writer = PdfWriter()
    pages = (chosen.first - 1, chosen.last)
    writer.append(reader, pages=pages, import_outline=False)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except DocumentRefused:
        raise
    except (MemoryError, LimitReachedError, RecursionError) as failure:
        raise DocumentRefused("too_heavy", type(failure).__name__) from failure
    except Exception as failure:  # pypdf answers hostile bytes with almost any exception
        raise DocumentRefused(_fault(failure), type(failure).__name__) from failure


def _fault(failure: Exception) -> DocumentFault:
    is_aes = isinstance(failure, DependencyError)  # which pypdf alone does not know
    is_locked = isinstance(failure, PdfReadError) and "decrypt" in str(failure).lower()
    return "encrypted" if is_aes or is_locked else "unreadable"
