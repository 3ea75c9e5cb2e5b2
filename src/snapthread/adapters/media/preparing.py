"""The main line: bytes in; upright, small, anonymous bytes out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from typing import Final

from PIL import Image

from snapthread.adapters.media import density, ending, jpeg, png
from snapthread.adapters.media.colours import in_srgb, plain
from snapthread.adapters.media.failures import in_our_words
from snapthread.adapters.media.shape import SIDEWAYS, shrunk, turn_upright
from snapthread.adapters.media.sniff import ImageFormat, recognise
from snapthread.adapters.media.source import ImageSource, open_image
from snapthread.adapters.media.tiles import Box, Plan, plan_tiles
from snapthread.errors import ImageRefused
from snapthread.vision_tokens import ANYBODY, Cut, Sight, Size

# Not "optimize": 3 % fewer bytes for three times the time.
_PHOTOGRAPH: Final = {"quality": 85, "subsampling": "4:2:0"}
# Screenshots come as these. Halved colour makes thin coloured letters hard to read: letters of 12
# pixels, red on blue, keep a PSNR of 15 dB at 4:2:0 and of 33 dB so, for 1.9 times the bytes
# (bench/images.py).
_DRAWING: Final = {"quality": 90, "subsampling": "4:4:4"}
_DRAWN: Final[frozenset[ImageFormat]] = frozenset({"PNG", "GIF", "BMP", "TIFF"})
_SAMPLE_ROWS: Final = 256  # a look at the pixels where only much text would make a difference
_SAMPLES: Final = 8
_LOOKS: Final = 4  # at a photo, in bands of so many rows: a third of the work, and enough to tell
_LOOK_ROWS: Final = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegTile:
    """One JPEG that goes up. `cut`: out of what, where it is not all of the picture."""

    content: bytes
    width: int
    height: int
    cut: Cut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An image that the model can use, and what it was made from; all sizes are upright.

    `tiles`: in reading order; one where it was not cut. `is_dense`: it was looked for small text,
    and much was found, which Telegram's shrinking of a photo harms and a file keeps readable.
    """

    tiles: tuple[JpegTile, ...]
    mime: str
    extension: str
    source_format: ImageFormat
    source_width: int
    source_height: int
    is_passed_through: bool
    is_first_frame: bool
    is_dense: bool = False

    @property
    def content(self) -> bytes:
        return self.tiles[0].content

    @property
    def width(self) -> int:
        return self.tiles[0].width

    @property
    def height(self) -> int:
        return self.tiles[0].height


def prepare(
    content: bytes,
    *,
    max_side: int = 0,
    sight: Sight = ANYBODY,
    tiles: bool = False,
    cut: Cut | None = None,
    looks: bool = False,
) -> Prepared:
    """Synchronous and heavy on the processor. Raises ImageRefused and nothing else.

    `max_side` 0: as large as the model looks. `tiles`: a long picture may become several. `cut`:
    only this part of it, as it was made before. `looks`: for small text, where it goes up whole.
    Anything but a JPEG or PNG may end the process, or
    take much memory: see `child`.
    """
    with in_our_words():
        form = recognise(content)
        is_bare = form == "JPEG" and jpeg.is_bare(content)
        with open_image(_mend(content, form, has_end=is_bare), form) as source:
            plan = plan_tiles(source.size, sight, max_side, tiles=tiles, cut=cut)
            if is_bare and cut is None and plan.size == source.size and len(plan.boxes) == 1:
                return _pass_through(source, content, looks=looks)
            made = _make(source, form, plan, looks=looks)
        if form == "PNG" and png.is_animation(content):
            return replace(made, is_first_frame=True)
        return made


def _mend(content: bytes, form: ImageFormat, *, has_end: bool) -> bytes:
    """Chunks that decoders stumble over although the picture is whole."""
    if form == "PNG":
        return png.without_needless(content)
    if form == "JPEG":
        jpeg.refuse_odd(content)
        return content if has_end else ending.with_end(content)
    return content


def _pass_through(source: ImageSource, content: bytes, *, looks: bool) -> Prepared:
    """Decoded only to find what is broken, as that reads every byte: at an eighth, or in grey as
    large as it is, which takes no longer."""
    width, height = source.size
    source.decode((width, height) if looks else (1, 1), in_grey=True)
    return Prepared(
        tiles=(JpegTile(content=content, width=width, height=height),),
        mime="image/jpeg",
        extension="jpg",
        source_format="JPEG",
        source_width=width,
        source_height=height,
        is_passed_through=True,
        is_first_frame=False,
        is_dense=looks and _is_dense(source.band, source.size),
    )


def _is_dense(band: Callable[[int, int], Image.Image], size: Size) -> bool:
    """A look at some bands of rows."""
    height = size[1]
    tops = [height * number // (_LOOKS + 1) for number in range(1, _LOOKS + 1)]
    bands = [plain(band(top, min(top + _LOOK_ROWS, height))) for top in tops]
    return sum(map(density.text_share, bands)) >= density.DENSE * len(bands)


def _make(source: ImageSource, form: ImageFormat, plan: Plan, *, looks: bool) -> Prepared:
    stored = source.size
    source.decode(stored if plan.is_too_long else plan.size)
    if plan.is_too_long:
        _refuse_text(source)
    turn, profile, frames = source.orientation, source.icc_profile, source.has_more_frames
    picture = turn_upright(in_srgb(shrunk(source, plan.size), profile), turn)
    upright = stored[::-1] if turn in SIDEWAYS else stored
    cuts = [Cut(plan.size, box) for box in plan.boxes]
    return Prepared(
        tiles=tuple(_tile(picture, cut, form) for cut in cuts),
        mime="image/jpeg",
        extension="jpg",
        source_format=form,
        source_width=upright[0],
        source_height=upright[1],
        is_passed_through=False,
        is_first_frame=frames,
        is_dense=looks and len(cuts) == 1 and _is_dense(partial(_band, picture), picture.size),
    )


def _band(picture: Image.Image, top: int, bottom: int) -> Image.Image:
    return picture.crop((0, top, picture.width, bottom))


def _refuse_text(source: ImageSource) -> None:
    """A panorama may be shown small; a text that nobody could read may not."""
    width, height = source.size
    tops = range(0, height, max(_SAMPLE_ROWS, height // _SAMPLES))
    samples = [plain(source.band(top, min(top + _SAMPLE_ROWS, height))) for top in tops]
    if sum(density.is_dense(sample) for sample in samples) * 2 > len(samples):
        raise ImageRefused("too_long", f"{width}×{height}")


def _tile(picture: Image.Image, cut: Cut, form: ImageFormat) -> JpegTile:
    if cut.box == (0, 0, *cut.size):
        content = _encode(picture, form)
        return JpegTile(content=content, width=picture.width, height=picture.height)
    tile = picture.crop(_upright(cut, picture.size))
    return JpegTile(content=_encode(tile, form), width=tile.width, height=tile.height, cut=cut)


def _upright(cut: Cut, size: Size) -> Box:
    """It was planned before it was known which way up the picture is."""
    left, top, right, bottom = cut.box
    return cut.box if size == cut.size else (top, left, bottom, right)


def _encode(picture: Image.Image, form: ImageFormat) -> bytes:
    written = BytesIO()
    options = _DRAWING if form in _DRAWN else _PHOTOGRAPH
    picture.save(written, "JPEG", **options)
    return written.getvalue()
