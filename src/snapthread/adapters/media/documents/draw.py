"""Pages of a PDF as pictures, by PDFium, for a model's server that takes no files; and the child
process that draws them: a PDF on its stdin, a line of JSON and the pictures on its stdout.

PDFium is an extra (`snapthread[pages]`): where it is missing, such a document gets its sentence.
"""

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final

from snapthread.adapters.media.confine import confine
from snapthread.contents import PagePicture
from snapthread.errors import DocumentRefused
from snapthread.limits import CHILD_READS_BYTES
from snapthread.vision_tokens import Sight, Size

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]  # it has no types

DRAWN_DPI: Final = 200  # finer than most scans are worth; the model's own bound is lower
POINT_DPI: Final = 72
SIDE_POINTS: Final = (1.0, 14_400.0)  # a page is as large as this (ISO 32000-1, annex C)
TINY: Final = 1e-3
QUALITY: Final = 85


def is_installed() -> bool:
    return find_spec("pypdfium2") is not None


def draw(
    content: bytes, *, sight: Sight, max_side: int, page: int = 0, size: Size | None = None
) -> Iterator[PagePicture]:
    """All pages, or the one that was lost, in the size that it had. Raises DocumentRefused."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(content)
        for number in [page - 1] if page else range(len(document)):
            one = document[number]
            yield _draw(one, size or sight.useful(_pixels(one), max_side))
            one.close()
    except (PdfiumError, IndexError, ValueError) as failure:
        raise DocumentRefused("unreadable", type(failure).__name__) from failure


def _pixels(page: "PdfPage") -> Size:
    low, high = SIDE_POINTS
    width, height = (min(max(side, low), high) for side in page.get_size())
    return round(width * DRAWN_DPI / POINT_DPI), round(height * DRAWN_DPI / POINT_DPI)


def _draw(page: "PdfPage", size: Size) -> PagePicture:
    """Exactly this size: what PDFium draws is rounded its own way."""
    width, height = page.get_size()
    scale = min(size[0] / max(width, TINY), size[1] / max(height, TINY))
    picture = page.render(scale=scale).to_pil().convert("RGB")
    if picture.size != size:
        picture = picture.resize(size)
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    return PagePicture(content=jpeg.getvalue(), width=size[0], height=size[1])


# ---------------------------------------------------------------- the child


def pack_pages(pictures: list[PagePicture]) -> bytes:
    sizes = [(one.width, one.height, len(one.content)) for one in pictures]
    line = json.dumps({"pictures": sizes}).encode()
    return b"".join((line, b"\n", *[one.content for one in pictures]))


def unpack_pages(answer: bytes) -> tuple[PagePicture, ...]:
    """Raises what the child was refused with."""
    line, _, rest = answer.partition(b"\n")
    fields = json.loads(line)
    if "fault" in fields:
        raise DocumentRefused(fields["fault"], fields["detail"])
    pictures, at = [], 0
    for width, height, length in fields["pictures"]:
        pictures.append(PagePicture(content=rest[at : at + length], width=width, height=height))
        at += length
    return tuple(pictures)


def _answer(
    content: bytes, model: str, detail: str, max_side: str, page: str, width: str, height: str
) -> bytes:
    _prepare()
    confine(CHILD_READS_BYTES)
    size = (int(width), int(height)) if int(width) else None
    sight = Sight(model=model, detail=detail)
    try:
        drawn = draw(content, sight=sight, max_side=int(max_side), page=int(page), size=size)
        return pack_pages(list(drawn))
    except DocumentRefused as refusal:
        return json.dumps({"fault": refusal.fault, "detail": str(refusal)}).encode() + b"\n"
    except MemoryError:
        return json.dumps({"fault": "too_heavy", "detail": "MemoryError"}).encode() + b"\n"


def _prepare() -> None:
    """Draw an empty page of our own: after `confine` no module can be read any more."""
    from PIL import Image
    from pypdfium2 import PdfDocument

    Image.preinit()
    blank = PdfDocument.new()
    _draw(blank.new_page(9, 9), (9, 9))
    kept = BytesIO()
    blank.save(kept)
    PdfDocument(kept.getvalue()).close()
    blank.close()


if __name__ == "__main__":
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read(), *sys.argv[1:]))
