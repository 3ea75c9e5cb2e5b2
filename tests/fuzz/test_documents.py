"""Whatever is sent as a document: a format or a sentence, in bounded time and memory."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapthread.adapters.media.documents.kinds import DocumentFormat
from snapthread.faults import DocumentFault
from tests.fuzz.reader import Reader
from tests.media import documents as made

OUTCOMES: Final = {*get_args(DocumentFormat), *get_args(DocumentFault)} - {"crashed"}
PDFS: Final = (made.pdf(3), made.scanned(2), made.locked(made.pdf(2), ""), made.pdf(["(", "ÿ"]))
PACKED: Final = (made.docx("Ada", "Bo"), made.pptx("One", "Two"), made.xlsx(), made.odt("Ada"))
OTHERS: Final = (made.compound("WordDocument"), b"{\\rtf1 Ada}", "Zeile ä\n".encode("cp1252"))
NAMES: Final = ("", "a.pdf", "b.docx", "c.py", "d")

# Words that mean something to a reader of PDF or XML, and numbers that are bounds.
WORDS: Final = (
    b"obj endobj stream endstream xref trailer startxref /Kids /Parent /Length /Filter /FlateDecode"
    b" /Contents /Count /Prev /Root /Encrypt /ObjStm /XRef /W /Index /Font /ToUnicode [ ] << >> R"
    b" <!DOCTYPE <!ENTITY &a; </ /> <w:t> <a:t> ]]> -1 0 65536 2147483648 99999999999"
).split()
pieces = st.sampled_from(WORDS) | st.binary(max_size=40)
edits = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.integers(0, 64), pieces), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def damaged(content: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, piece in changes:
        at = place % (len(content) + 1)
        content = content[:at] + piece + content[at + length :]
    return content


def repacked(content: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The same damage within a part of an archive, which stays whole around it."""
    with zipfile.ZipFile(BytesIO(content)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = list(parts)[-1]
    return made.archive({**parts, name: damaged(parts[name], changes)})


documents = st.one_of(
    st.builds(damaged, st.sampled_from((*PDFS, *PACKED, *OTHERS)), edits),
    st.builds(damaged, st.sampled_from(PDFS), edits),
    st.builds(repacked, st.sampled_from(PACKED), edits),
    st.builds(lambda head, rest: head[:9] + rest, st.sampled_from((*PDFS, *PACKED)), st.binary()),
    st.binary(max_size=200),
)


@given(documents, st.sampled_from(NAMES))
def test_any_document_is_read_or_refused_and_ends_no_reader(
    reader: Reader, content: bytes, name: str
) -> None:
    assert reader.read(content, name) in OUTCOMES


def test_a_reader_that_dies_is_told(reader: Reader) -> None:
    reader.read(b"Ada", "")
    reader.close()
    assert reader.read(b"Ada", "") == "text"
