"""One opened image: its header, and its pixels in bands of rows.

Bands, because a second whole copy of 48 megapixels in another mode is 200 MB.
"""

import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from typing import Final, Protocol

from PIL import ExifTags, Image

from snapthread import limits
from snapthread.adapters.media import colours
from snapthread.adapters.media.heif import HeifSource
from snapthread.adapters.media.sniff import Format
from snapthread.errors import ImageRefused

# For the whole process, once: a filter set around a call is not safe in threads.
# Pillow warns above this many pixels and refuses above twice as many.
Image.MAX_IMAGE_PIXELS = limits.PIXELS_MAX
warnings.simplefilter("error", Image.DecompressionBombWarning)
# Of broken metadata it warns too, which is thrown away here anyway.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

Size = tuple[int, int]

_UPRIGHT: Final = 1


class Source(Protocol):
    """`size` is what the header says until `decode`, and then what the bands are cut from."""

    @property
    def size(self) -> Size: ...

    @property
    def pixels(self) -> int:
        """What `decode` has to make, by the header."""

    @property
    def has_more_frames(self) -> bool: ...

    @property
    def icc_profile(self) -> bytes | None: ...

    def decode(self, target: Size, /) -> None:
        """Decodes the first frame; where the codec can, only about as large as `target`."""

    @property
    def orientation(self) -> int:
        """EXIF's 1 to 8. Ask after `decode`: a PNG may carry it behind its pixels."""

    def band(self, top: int, bottom: int) -> Image.Image: ...

    def close(self) -> None: ...


@contextmanager
def opened(content: bytes, form: Format) -> Iterator[Source]:
    """Refuses too many pixels by the header, before anything is decoded."""
    with closing(HeifSource(content) if form == "HEIF" else PillowSource(content, form)) as source:
        refuse_too_many(source.pixels)
        yield source


def refuse_too_many(pixels: int) -> None:
    if pixels > limits.PIXELS_MAX:
        raise ImageRefused("too_many_pixels", str(pixels))


class PillowSource:
    """Everything that Pillow decodes itself."""

    def __init__(self, content: bytes, form: Format) -> None:
        self._image: Image.Image = Image.open(BytesIO(content), formats=[form])
        # Now, not after decoding: a GIF winds back. Not n_frames: a GIF is walked to its end. Not
        # for JPEG: its further pictures are depth and brightness maps, not frames.
        self.has_more_frames = form != "JPEG" and bool(getattr(self._image, "is_animated", False))

    @property
    def size(self) -> Size:
        return self._image.size

    @property
    def pixels(self) -> int:
        return self._image.width * self._image.height

    @property
    def icc_profile(self) -> bytes | None:
        profile = self._image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None

    def decode(self, target: Size, /) -> None:
        # Aspect-aware, so that the DCT's own 1/2, 1/4, 1/8 apply: 4 times faster, half the memory.
        self._image.draft(None, target)
        self._image.load()
        if self._image.mode in colours.UNBOUNDED:
            self._image = colours.bounded(self._image)

    @property
    def orientation(self) -> int:
        try:
            return int(self._image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT))
        # Broken EXIF raises almost anything, and is not a broken picture.
        except Exception:  # noqa: BLE001
            return _UPRIGHT

    def band(self, top: int, bottom: int) -> Image.Image:
        return self._image.crop((0, top, self._image.width, bottom))

    def close(self) -> None:
        self._image.close()
