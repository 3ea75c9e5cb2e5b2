"""Documents of bad will, and whole ones that were damaged; deterministic.

As a program: reads what it is given, one after the other, confined as the child is.
"""

import random
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from tests.media.documents import docx, packed_bomb, pdf, pdf_of, pptx, scanned

CATALOGUE: Final = "<</Type/Catalog/Pages 2 0 R>>"
HUGE: Final = 400 * 1024 * 1024


def mutants(count: int, seed: int = 1) -> Iterator[bytes]:
    """Own documents with some bytes changed, cut, doubled, or put elsewhere."""
    chance = random.Random(seed)
    whole = [pdf(3), pdf(14), scanned(2), pdf(1), docx("Dear Ada"), pptx("One", "Two")]
    for number in range(count):
        content = bytearray(whole[number % 4 if number % 5 else number % 6])
        for _ in range(chance.randint(1, 6)):
            _damage(content, chance)
        yield bytes(content)


def _damage(content: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(content)), chance.randint(1, 64)
    match chance.randrange(5):
        case 0:
            content[at : at + length] = chance.randbytes(length)
        case 1:
            del content[at : at + length]
        case 2:
            content[at:at] = content[at : at + length] * chance.randint(1, 8)
        case 3:
            content[at : at + 1] = str(chance.randint(-2, 2**40)).encode()
        case _:
            other = chance.randrange(len(content))
            content[at : at + length] = content[other : other + length]
    if not content:
        content.append(0)


def _stream(body: bytes, more: str = "") -> bytes:
    return f"<</Length {len(body)}{more}>>stream\n".encode() + body + b"\nendstream"


def _page(contents: str = "", resources: str = "") -> str:
    return f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]{resources}{contents}>>"


def _flate_bomb() -> bytes:
    """Packed once and repeated: after a full flush each megabyte packs to the same bytes."""
    megabyte, times, check = b" " * 2**20, HUGE >> 20, 1
    packed = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    once = packed.compress(megabyte) + packed.flush(zlib.Z_FULL_FLUSH)
    for _ in range(times):
        check = zlib.adler32(megabyte, check)
    body = b"\x78\xda" + once * times + packed.flush() + check.to_bytes(4)
    tree = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = _page("/Contents 4 0 R")
    return pdf_of([CATALOGUE, tree, page, _stream(body, "/Filter/FlateDecode")])


def _cycle() -> bytes:
    return pdf_of([CATALOGUE, "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Pages/Kids[2 0 R]>>"])


def _one_page_a_million_times() -> bytes:
    row = " ".join(["4 0 R"] * 1000)
    rows = " ".join(["3 0 R"] * 1000)
    tree, middle = f"<</Type/Pages/Kids[{rows}]>>", f"<</Type/Pages/Kids[{row}]>>"
    return pdf_of([CATALOGUE, tree, middle, _page()])


def _form_that_draws_itself() -> bytes:
    resources = "/Resources<</XObject<</I 4 0 R>>>>"
    form = _stream(b"/I Do /I Do /I Do", f"/Type/XObject/Subtype/Form{resources}")
    tree = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return pdf_of([CATALOGUE, tree, _page("/Contents 4 0 R", resources), form])


def _deep() -> bytes:
    return pdf_of([CATALOGUE, "<</Type/Pages/Kids" + "[" * 100_000 + "]" * 100_000 + ">>"])


def _length_that_lies() -> bytes:
    tree = "<</Type/Pages/Kids[3 0 R]/Count 999999999>>"
    stream = b"<</Length 99999999999>>stream\nBT ET\nendstream"
    return pdf_of([CATALOGUE, tree, _page("/Contents 4 0 R"), stream])


def _table_without_end() -> bytes:
    whole = pdf(1)
    at = whole.rindex(b"xref\n0")
    return whole.replace(b"trailer<<", b"trailer<</Prev %d" % at)


BOMBS: Final[dict[str, Callable[[], bytes]]] = {
    "a stream of 400 MB": _flate_bomb,
    "pages in a circle": _cycle,
    "a page a million times": _one_page_a_million_times,
    "a form that draws itself": _form_that_draws_itself,
    "brackets in brackets": _deep,
    "lengths that lie": _length_that_lies,
    "a table that follows itself": _table_without_end,
    "10,000 pages": lambda: pdf(10_000),
    "an archive of 80 MB of nothing": packed_bomb,
}


def _tell_how_many_were_read(count: int, seed: int) -> None:
    from snapthread.adapters.media.confine import confine
    from snapthread.adapters.media.documents.__main__ import prepare_all
    from snapthread.adapters.media.documents.read import read_document
    from snapthread.errors import DocumentRefused
    from snapthread.limits import CHILD_READS_BYTES

    damaged = list(mutants(count, seed))
    prepare_all()
    confine(CHILD_READS_BYTES)
    whole = 0
    for content in damaged:
        try:
            read_document(content, max_pages=50)
            whole += 1
        except DocumentRefused:
            pass
    sys.stdout.write(str(whole))


if __name__ == "__main__":
    _tell_how_many_were_read(*map(int, sys.argv[1:]))
