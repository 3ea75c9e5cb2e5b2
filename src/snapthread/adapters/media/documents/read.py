"""A document's bytes → what it is, and what of it goes up. Runs in the child only."""

from snapthread.adapters.media.documents.kinds import (
    MIME,
    OLE,
    RTF,
    ZIP,
    DocumentFormat,
    is_pdf,
    refuse_others,
    text_suffix,
)
from snapthread.adapters.media.documents.office import OfficeContent, read_archive, read_compound
from snapthread.adapters.media.documents.plain import read_text
from snapthread.contents import DocumentContent, PageRange
from snapthread.errors import DocumentRefused
from snapthread.limits import BYTES_PER_TOKEN

PACKED_PER_TOKEN = 8  # of formats whose text is not read here: layout is a good part of them


def read_document(
    content: bytes, *, name: str = "", pages: PageRange | None = None, max_pages: int = 0
) -> DocumentContent:
    """As `ports.DocumentReader.read`, always with the text."""
    refuse_others(content)
    if is_pdf(content):
        return _pdf(content, pages, max_pages)
    if content.startswith(ZIP):
        return _office(content, read_archive(content))
    if content.startswith(OLE):
        return _office(content, read_compound(content))
    if content.startswith(RTF):
        return _office(content, OfficeContent(format="rtf", is_text_known=False))
    return _plain(content, name)


def _pdf(content: bytes, wanted: PageRange | None, max_pages: int) -> DocumentContent:
    from snapthread.adapters.media.documents.pdf import read_pdf  # costs a child of texts nothing

    read = read_pdf(content, wanted, max_pages)
    return DocumentContent(
        format="pdf",
        extension="pdf",
        mime=MIME["pdf"],
        content=read.content,
        pages=read.pages,
        text_tokens=read.text.size_bytes // BYTES_PER_TOKEN,
        has_text=read.text.has_text,
        text=read.text.text,
    )


def _office(content: bytes, read: OfficeContent) -> DocumentContent:
    if read.is_text_known and not read.text.strip():
        raise DocumentRefused("empty", "no text")
    if read.as_text:
        return _as_text(read.text, read.as_text)
    form: DocumentFormat = read.format
    size = len(read.text.encode("utf-8", "replace")) // BYTES_PER_TOKEN
    return DocumentContent(
        format=form,
        extension=form,
        mime=MIME[form],
        content=content,
        pages=read.pages,
        text_tokens=size if read.is_text_known else len(content) // PACKED_PER_TOKEN,
        has_text=read.is_text_known,
        text=read.text,
    )


def _plain(content: bytes, name: str) -> DocumentContent:
    return _as_text(read_text(content), text_suffix(name)[1:])


def _as_text(text: str, extension: str) -> DocumentContent:
    encoded = text.encode("utf-8", "replace")
    return DocumentContent(
        format="text",
        extension=extension,
        mime=MIME["text"],
        content=encoded,
        text_tokens=len(encoded) // BYTES_PER_TOKEN,
        text=text,
    )
