"""HEIC, as phones take it, read straight from the decoder's memory.

Only for a process that may die: one wrong byte in the name of an item's type ends pi-heif 1.4.0
with a segmentation fault, as soon as it reads the header (tests/media/test_child.py).
"""

from typing import Any

from PIL import Image

from snapthread.adapters.media import boxes


def count_pixels(content: bytes) -> int:
    """Pixels of the largest part, without the decoder. libheif refuses to decode more than this
    says."""
    width, height = boxes.largest_part(content) or (0, 0)
    return width * height


class HeifSource:
    """A `Source`. Asking for bytes of RGB, not for an image of Pillow's, saves 150 MB of 430."""

    orientation = 1  # libheif turns it by its own boxes; its EXIF must not turn it again

    def __init__(self, content: bytes) -> None:
        import pi_heif  # type: ignore[import-untyped]  # no py.typed; late, as few need it

        pi_heif.options.THUMBNAILS = False
        pi_heif.options.DEPTH_IMAGES = False
        pi_heif.options.AUX_IMAGES = False
        pi_heif.options.DECODE_THREADS = 1  # each takes memory of its own
        container = pi_heif.open_heif(content)
        self.has_more_frames = len(container) > 1
        self._image: Any = container[container.primary_index]
        width, height = self.size
        self.pixels = max(width * height, count_pixels(content))

    @property
    def size(self) -> tuple[int, int]:
        width, height = self._image.size
        return width, height

    @property
    def icc_profile(self) -> bytes | None:
        profile = self._image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None

    def decode(self, _target: tuple[int, int], /, *, in_grey: bool = False) -> None:  # noqa: ARG002
        self._image.load()

    def whole(self) -> Image.Image | None:
        return None

    def band(self, top: int, bottom: int) -> Image.Image:
        mode, stride = self._image.mode, self._image.stride
        rows: Any = memoryview(self._image.data)[top * stride : bottom * stride]  # not a copy
        size = (self._image.size[0], bottom - top)
        return Image.frombuffer(mode, size, rows, "raw", mode, stride, 1)

    def close(self) -> None:
        self._image = None
