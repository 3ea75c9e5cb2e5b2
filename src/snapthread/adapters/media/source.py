"""One opened image: its header, and its pixels in bands of rows.

Bands, because a second whole copy of 48 megapixels in another mode is 200 MB.
"""

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import Final, Protocol, cast

from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from snapthread import limits
from snapthread.adapters.media import boxes, colours
from snapthread.adapters.media.heif import HeifSource
from snapthread.adapters.media.sniff import ImageFormat
from snapthread.errors import ImageRefused
from snapthread.vision_tokens import Size

# Pillow's own reading of an uncompressed TIFF takes planes of 16 bits for planes of 8.
TiffImagePlugin.READ_LIBTIFF = True
# For the whole process, once: a filter set around a call is not safe in threads.
# Pillow warns above this many pixels and refuses above twice as many.
Image.MAX_IMAGE_PIXELS = limits.PIXELS_MAX
warnings.simplefilter("error", Image.DecompressionBombWarning)
# Of broken metadata it warns too, which is thrown away here anyway.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_UPRIGHT: Final = 1
# Of a TIFF, where libtiff may be built without them: its failure does not say so.
_RARE_COMPRESSIONS: Final = frozenset({"webp", "zstd", "lzma", "tiff_thunderscan", "tiff_sgilog"})
_XMP: Final = ("xmp", "XML:com.adobe.xmp")


class ImageSource(Protocol):
    """`size` is what the header says until `decode`, and then what the bands are cut from."""

    @property
    def size(self) -> Size: ...

    @property
    def pixels(self) -> int:
        """Size of what `decode` has to make, by the header."""

    @property
    def has_more_frames(self) -> bool: ...

    @property
    def icc_profile(self) -> bytes | None: ...

    def decode(self, target: Size, /, *, in_grey: bool = False) -> None:
        """Decodes the first frame; where the codec can, only about as large as `target`, and
        without its colours."""

    @property
    def orientation(self) -> int:
        """EXIF's 1 to 8. Ask after `decode`: a PNG may carry it behind its pixels."""

    def whole(self) -> Image.Image | None:
        """All of it, where its pixels are plain: not a copy, so the source is empty then."""

    def band(self, top: int, bottom: int) -> Image.Image: ...

    def close(self) -> None: ...


@contextmanager
def open_image(content: bytes, form: ImageFormat) -> Iterator[ImageSource]:
    """Refuses too many pixels by the header, before anything is decoded."""
    with closing(HeifSource(content) if form == "HEIF" else PillowSource(content, form)) as source:
        refuse_too_many(source.pixels)
        yield source


def refuse_too_many(pixels: int) -> None:
    if pixels > limits.PIXELS_MAX:
        raise ImageRefused("too_many_pixels", str(pixels))


class PillowSource:
    """Everything that Pillow decodes itself."""

    def __init__(self, content: bytes, form: ImageFormat) -> None:
        self._image: Image.Image = _open(content, form)
        self._range: tuple[float, float] | None = None
        self._form = form
        # XMP never turns a picture, and Pillow would have it do so.
        for key in _XMP:
            self._image.info.pop(key, None)
        # Now, not after decoding: a GIF winds back. Not n_frames: a GIF is walked to its end. Not
        # for JPEG: its further pictures are depth and brightness maps, not frames.
        self.has_more_frames = form != "JPEG" and bool(getattr(self._image, "is_animated", False))
        is_cut = form == "AVIF"
        self._cut = boxes.clean_aperture(content, self._image.size) if is_cut else None

    @property
    def size(self) -> Size:
        if self._cut is None:
            return self._image.size
        left, top, right, bottom = self._cut
        return right - left, bottom - top

    @property
    def pixels(self) -> int:
        return self._image.width * self._image.height

    @property
    def icc_profile(self) -> bytes | None:
        profile = self._image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None

    def decode(self, target: Size, /, *, in_grey: bool = False) -> None:
        # Aspect-aware, so that the DCT's own 1/2, 1/4, 1/8 apply: 4 times faster, half the memory.
        self._image.draft("L" if in_grey else None, target)
        try:
            self._image.load()
        except OSError as failure:
            if self._image.info.get("compression") in _RARE_COMPRESSIONS:
                raise ImageRefused("unsupported_variant", "compression") from failure
            raise
        if self._image.mode in colours.UNBOUNDED:
            low, high = cast(tuple[float, float], self._image.getextrema())  # one band, so a pair
            self._range = low, high
        if self._form == "GIF":
            self._image = _on_canvas(self._image)

    @property
    def orientation(self) -> int:
        for key in _XMP:  # a PNG may carry it behind its pixels
            self._image.info.pop(key, None)
        try:
            return int(self._image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
        # Broken EXIF raises almost anything, and is not a broken picture.
        except Exception:  # noqa: BLE001
            return _UPRIGHT

    def whole(self) -> Image.Image | None:
        if self._cut is not None or not colours.is_plain(self._image):
            return None
        image, self._image = self._image, Image.new("L", (1, 1))
        image.info.clear()  # a comment would be written into what is made of it
        return image

    def band(self, top: int, bottom: int) -> Image.Image:
        left, above, right, _ = self._cut or (0, 0, self._image.width, 0)
        band = self._image.crop((left, above + top, right, above + bottom))
        return colours.spread_range(band, *self._range) if self._range else band

    def close(self) -> None:
        self._image.close()


def _open(content: bytes, form: ImageFormat) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=[form])
    except UnidentifiedImageError:
        Image.OPEN[form][0](BytesIO(content), "")  # says why not
        raise


def _on_canvas(image: Image.Image) -> Image.Image:
    """A GIF's first frame may cover a part of the canvas: nothing is shown around it."""
    covered = getattr(image, "dispose_extent", None)
    if covered is None or covered == (0, 0, *image.size):
        return image
    canvas = Image.new("RGBA", image.size)
    canvas.paste(image.crop(covered).convert("RGBA"), covered)
    return canvas
