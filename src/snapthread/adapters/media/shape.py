"""Size and orientation of an image."""

from math import ceil
from typing import Final

from PIL import Image

from snapthread.adapters.media.colours import plain
from snapthread.adapters.media.source import ImageSource
from snapthread.vision_tokens import Size

# A box filter down to this many times the target, then Lanczos: Lanczos alone would need the whole
# picture in plain pixels at once.
_BOX_TO: Final = 1.5
_BAND_PIXELS: Final = 2_000_000  # 8 MB

# EXIF orientation -> what sets it upright (Exif 2.32, tag 0x0112)
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS: Final = frozenset({5, 6, 7, 8})


def shrunk(source: ImageSource, target: Size) -> Image.Image:
    """The whole of a decoded source in plain pixels, as large as `target`. Closes the source."""
    picture = _shrink_by_box(source, target)
    source.close()  # what it holds may be large
    if picture.size == target:
        return picture
    return picture.resize(target, Image.Resampling.LANCZOS)


def _shrink_by_box(source: ImageSource, target: Size) -> Image.Image:
    """Band by band, and by a box filter nearly as small as due."""
    width, height = source.size
    factor = max(1, int(max(width, height) / (max(target) * _BOX_TO)))
    if factor == 1 and (whole := source.whole()) is not None:
        return whole
    rows = max(1, _BAND_PIXELS // width // factor) * factor
    picture: Image.Image | None = None
    for top in range(0, height, rows):
        band = plain(source.band(top, min(top + rows, height))).reduce(factor)
        picture = picture or Image.new(band.mode, (band.width, ceil(height / factor)))
        picture.paste(band, (0, top // factor))
    if picture is None:
        raise ValueError("an image without rows")
    return picture


def turn_upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)
