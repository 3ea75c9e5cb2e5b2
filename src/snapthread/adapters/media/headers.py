"""The size and the kind of an image, read from its header in plain Python.

For the bot's own process, which opens nothing but a plain JPEG or PNG with a decoder: the decoders
of other formats take memory, or die, as soon as they see the header.
"""

import struct
from typing import Final, NamedTuple

from snapthread.adapters.media import boxes, jpeg
from snapthread.adapters.media.sniff import ImageFormat

# Peak bytes a pixel of the decoder alone, measured at 12 and 48 megapixels (bench/images.py). WebP
# keeps the canvas of an animation twice; a TIFF may be of 32-bit numbers and is turned as a whole.
_BYTES: Final[dict[ImageFormat, int]] = {
    "WEBP": 16, "AVIF": 10, "HEIF": 8, "TIFF": 12, "GIF": 6, "BMP": 5,
}  # fmt: skip
_UNTOLD: Final = 16
_PNG_BYTES: Final = {0: 1, 2: 4, 3: 1, 4: 4, 6: 4}  # by colour type, as Pillow keeps them
_COEFFICIENT: Final = 2  # bytes; a JPEG of several scans is kept whole as coefficients


class Header(NamedTuple):
    """`is_plain`: a JPEG or PNG of the everyday kind. `decoder_bytes`: what a pixel takes."""

    width: int
    height: int
    decoder_bytes: float
    is_plain: bool = False
    is_scalable: bool = False  # its decoder can make it smaller by 2, 4 or 8
    held_bytes: float = 0.0  # a pixel of the whole picture, however much smaller it is made

    @property
    def pixels(self) -> int:
        return self.width * self.height


def read_header(content: bytes, form: ImageFormat) -> Header | None:
    """None where the header cannot be told: damaged, or of a kind that is not known here."""
    try:
        size = _READERS[form](content)
    except (struct.error, IndexError, ValueError, ZeroDivisionError):
        return None
    if size is None or min(size[:2]) < 1:
        return None
    return size if isinstance(size, Header) else Header(*size, _BYTES.get(form, _UNTOLD))


def _jpeg(content: bytes) -> Header | None:
    found = list(jpeg.segments(content))
    frame = next((one for one in found if one.marker in jpeg.FRAMES), None)
    if frame is None:
        return None
    precision, height, width, count = struct.unpack_from(">BHHB", frame.body)
    plain = frame.is_frame and precision == 8 and count in jpeg.GREY_OR_COLOUR
    scans = [one for one in found if one.marker == jpeg.SOS]
    is_held = frame.marker != jpeg.SOF0 or any(scan.body[0] < count for scan in scans)
    held = _COEFFICIENT * jpeg.samples_a_pixel(frame.body) if is_held else 0.0
    return Header(width, height, 1 if count == 1 else 4, plain, True, held)


def _png(content: bytes) -> Header:
    width, height, depth, colour = struct.unpack_from(">IIBB", content, 16)
    plain = content[12:16] == b"IHDR"
    return Header(width, height, _PNG_BYTES.get(colour, 4) * (2 if depth == 16 else 1), plain)


def _webp(content: bytes) -> tuple[int, int] | None:
    kind, body = content[12:16], content[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF


def _gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def _bmp(content: bytes) -> tuple[int, int]:
    if content[14:18] == b"\x0c\0\0\0":
        width, height = struct.unpack_from("<HH", content, 18)
    else:
        width, height = struct.unpack_from("<ii", content, 18)
    return width, abs(height)


def _tiff(content: bytes) -> tuple[int, int] | None:
    """The first directory's width (256) and length (257), each of two bytes or four."""
    order = "<" if content[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, at)
    size: dict[int, int] = {}
    for entry in range(at + 2, at + 2 + count * 12, 12):
        tag, kind = struct.unpack_from(f"{order}HH", content, entry)
        if tag in (256, 257):
            short = "H" if kind == 3 else "I"
            (size[tag],) = struct.unpack_from(f"{order}{short}", content, entry + 8)
    return (size[256], size[257]) if len(size) == 2 else None


def _by_boxes(content: bytes) -> tuple[int, int] | None:
    return boxes.largest_part(content)


_READERS: Final = {
    "JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif, "BMP": _bmp, "TIFF": _tiff,
    "HEIF": _by_boxes, "AVIF": _by_boxes,
}  # fmt: skip
