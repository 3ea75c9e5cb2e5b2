"""The child process of `documents`: a document on its stdin, the answer of `wire` on its stdout."""

import sys
from importlib import import_module
from io import BytesIO

from snapthread.adapters.media.confine import confine
from snapthread.adapters.media.documents import wire
from snapthread.adapters.media.documents.kinds import is_pdf
from snapthread.adapters.media.documents.read import read_document
from snapthread.contents import PageRange
from snapthread.errors import DocumentRefused
from snapthread.limits import CHILD_READS_BYTES

# After `confine` no module can be read any more: what is opened only when it is needed, and the
# encodings that fonts name.
_OF_FONTS = ("pypdf._codecs.core_font_metrics", "pypdf.generic._image_inline", "pypdf.xmp")
_ENCODINGS = (
    "utf_16 utf_16_be utf_16_le utf_32 utf_8_sig latin_1 cp1251 cp1252 mac_roman ascii charmap"
    " cp437 gbk gb2312 gb18030 cp932 shift_jis euc_jp iso2022_jp big5 big5hkscs euc_kr cp949"
).split()


def _answer(content: bytes, name: str, first: str, last: str, most: str, text: str) -> bytes:
    prepare_all() if is_pdf(content) else _prepare()
    confine(CHILD_READS_BYTES)
    pages = PageRange(int(first), int(last)) if int(last) else None
    try:
        read = read_document(content, name=name, pages=pages, max_pages=int(most))
        return wire.pack(read, content, with_text=text == "text")
    except DocumentRefused as refusal:
        return wire.pack_refusal(refusal)
    except MemoryError:
        return wire.pack_refusal(DocumentRefused("too_heavy", "MemoryError"))


def _prepare() -> None:
    for encoding in _ENCODINGS:
        import_module(f"encodings.{encoding}")


def prepare_all() -> None:
    """Read an empty PDF of our own, of two pages, and cut one out: that opens the rest."""
    from pypdf import PdfWriter

    from snapthread.adapters.media.documents.pdf import read_pdf

    _prepare()
    for module in _OF_FONTS:
        import_module(module)
    writer, written = PdfWriter(), BytesIO()
    for _ in range(2):
        writer.add_blank_page(width=9, height=9)
    writer.write(written)
    read_pdf(written.getvalue(), PageRange(1, 1), 0)


if __name__ == "__main__":
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read(), *sys.argv[1:]))
