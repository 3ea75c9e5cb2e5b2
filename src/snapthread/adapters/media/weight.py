"""Memory that preparing an image takes, by its header: measured, and told a little high."""

from math import isqrt
from typing import Final

from snapthread.adapters.media.headers import Header
from snapthread.errors import ImageRefused
from snapthread.limits import CHILD_DECODES_BYTES, PIXELS_MAX
from snapthread.vision_tokens import Size

_PIXEL: Final = 4  # bytes, as Pillow keeps colour
_FIXED: Final = 4_000_000  # tables, the file as it is written
_SCALES: Final = (8, 4, 2)  # the steps of a JPEG's decoder


def weigh(header: Header, made: Size) -> int:
    """Peak bytes from decoding to the written file, for a picture made as large as `made`."""
    target = made[0] * made[1]
    decoded = header.pixels // _decoder_scale(header, made) ** 2
    held = header.pixels * header.held_bytes + decoded * header.decoder_bytes
    copied = 0 if header.is_scalable else min(decoded, target * 9 // 4)
    halfway = isqrt(min(decoded, target * 9 // 4) * target)  # Lanczos: first across, then down
    return int(held + _PIXEL * (copied + halfway + 2 * target) + _FIXED)


def _decoder_scale(header: Header, made: Size) -> int:
    if not header.is_scalable:
        return 1
    room = min(header.width / made[0], header.height / made[1])
    return next((scale for scale in _SCALES if scale <= room), 1)


def refuse_too_heavy(header: Header, weight: int) -> None:
    if header.pixels > PIXELS_MAX:
        raise ImageRefused("too_many_pixels", str(header.pixels))
    if weight > CHILD_DECODES_BYTES:
        raise ImageRefused("too_heavy", f"{weight} bytes")
