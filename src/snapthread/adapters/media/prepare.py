"""The main line: bytes in; upright, small, anonymous bytes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image

from snapthread.adapters.media import heif, jpeg
from snapthread.adapters.media.colours import in_srgb
from snapthread.adapters.media.shape import ANYBODY, SIDEWAYS, Sight, shrunk, turned, within
from snapthread.adapters.media.sniff import Format, recognise
from snapthread.adapters.media.source import Source, opened, refuse_too_many
from snapthread.errors import ImageRefused

# Not "optimize": 3 % fewer bytes for three times the time.
_PHOTOGRAPH: Final = {"quality": 85, "subsampling": "4:2:0"}
# Screenshots come as these. Halved colour makes thin coloured letters hard to read: letters of 12
# pixels, red on blue, keep a PSNR of 15 dB at 4:2:0 and of 33 dB so, for 1.9 times the bytes
# (bench/images.py).
_DRAWING: Final = {"quality": 90, "subsampling": "4:4:4"}
_DRAWN: Final[frozenset[Format]] = frozenset({"PNG", "GIF", "BMP", "TIFF"})
# Peak bytes a pixel at 48 megapixels: WebP 16 (its decoder keeps the canvas twice), AVIF 9,
# others at most 5 (bench/images.py).
_DEAR: Final[dict[Format, int]] = {"WEBP": 3, "AVIF": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An image that the model can use, and what it was made from; all sizes are upright."""

    content: bytes
    mime: str
    extension: str
    width: int
    height: int
    source_format: Format
    source_width: int
    source_height: int
    passed_through: bool
    first_frame_of_animation: bool


def prepare(content: bytes, *, max_side: int, sight: Sight = ANYBODY) -> Prepared:
    """Synchronous and heavy on the processor. Raises ImageRefused and nothing else.

    A HEIC may end the process: see `heif`.
    """
    with _in_our_words():
        form = recognise(content)
        if form == "JPEG":
            jpeg.refuse_scan_bomb(content)
        with opened(content, form) as source:
            side = sight.side(source.size, max_side)
            if form == "JPEG" and max(source.size) <= side and jpeg.is_bare(content):
                return _passed(source, content)
            return _made(source, form, side)


def weigh(content: bytes) -> tuple[Format, int]:
    """What it is, and its pixels by the header alone; more where a pixel costs more memory.

    Safe for any bytes. Raises ImageRefused and nothing else.
    """
    with _in_our_words():
        form = recognise(content)
        if form == "HEIF":
            pixels = heif.count_pixels(content)
            refuse_too_many(pixels)
            return form, pixels
        with opened(content, form) as source:
            return form, source.pixels * _DEAR.get(form, 1)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except ImageRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise ImageRefused("too_many_pixels") from bomb
    except Exception as failure:  # decoders answer hostile bytes with almost any exception
        raise ImageRefused("unreadable", type(failure).__name__) from failure


def _passed(source: Source, content: bytes) -> Prepared:
    width, height = source.size
    source.decode((1, 1))  # at an eighth: reads every byte, so it finds what is broken
    return Prepared(
        content=content,
        mime="image/jpeg",
        extension="jpg",
        width=width,
        height=height,
        source_format="JPEG",
        source_width=width,
        source_height=height,
        passed_through=True,
        first_frame_of_animation=False,
    )


def _made(source: Source, form: Format, max_side: int) -> Prepared:
    stored = source.size
    source.decode(within(stored, max_side))
    turn = source.orientation
    picture = turned(in_srgb(shrunk(source, max_side), source.icc_profile), turn)
    source_width, source_height = stored[::-1] if turn in SIDEWAYS else stored
    return Prepared(
        content=_encoded(picture, form),
        mime="image/jpeg",
        extension="jpg",
        width=picture.width,
        height=picture.height,
        source_format=form,
        source_width=source_width,
        source_height=source_height,
        passed_through=False,
        first_frame_of_animation=source.has_more_frames,
    )


def _encoded(picture: Image.Image, form: Format) -> bytes:
    written = BytesIO()
    options = _DRAWING if form in _DRAWN else _PHOTOGRAPH
    picture.save(written, "JPEG", **options)
    return written.getvalue()
