"""Synthetic pictures in every format, and eyes to look at what became of them."""

import math
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

# Beside the checkout, or beside the folder that it is in.
_PLACES = [parent / "shared" / "cases" / "images" for parent in Path(__file__).parents[3:5]]
CASES = next((place for place in _PLACES if place.exists()), _PLACES[0])

Colours = tuple[str, str, str, str]

UPRIGHT: Colours = ("red", "lime", "blue", "white")
SIZE = (48, 64)
FIXTURES = Path(__file__).parent / "fixtures"
HEIC = (FIXTURES / "sideways.heic").read_bytes()

_RGB = {
    "red": (255, 0, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}


def quarters(colours: Colours = UPRIGHT, size: tuple[int, int] = SIZE) -> Image.Image:
    """Four quarters: top left, top right, bottom left, bottom right."""
    (width, height), picture = size, Image.new("RGB", size)
    for index, colour in enumerate(colours):
        left, top = index % 2 * width // 2, index // 2 * height // 2
        picture.paste(colour, (left, top, left + width // 2, top + height // 2))
    return picture


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 80).convert("RGB")


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def heavy(name: str) -> bytes:
    """Of one colour and about 49 megapixels: a second to write, and some hundred bytes to keep."""
    with zipfile.ZipFile(FIXTURES / "heavy.zip") as kept:
        return kept.read(name)


def decoded(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


def nearest(pixel: object) -> str:
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    return min(_RGB, key=lambda name: math.dist(_RGB[name], (red, green, blue)))


def seen(content: bytes) -> tuple[str, ...]:
    """The colours in the middles of the four quarters."""
    picture = decoded(content).convert("RGB")
    xs, ys = (
        [picture.width // 4, picture.width * 3 // 4],
        [picture.height // 4, picture.height * 3 // 4],
    )
    return tuple(nearest(picture.getpixel((x, y))) for y in ys for x in xs)


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def chunk(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check


def png(
    size: tuple[int, int], *chunks: bytes, depth: int = 8, colour: int = 0, rows: bytes = b""
) -> bytes:
    """By hand, for what Pillow does not write. Colour 0 is grey, 2 is RGB."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + b"".join(chunks) + pixels + chunk(b"IEND", b"")


SAMPLES: dict[str, bytes] = {
    "JPEG": encoded(quarters(), "JPEG", quality=95, subsampling="4:4:4"),
    "PNG": encoded(quarters(), "PNG"),
    "WEBP": encoded(quarters(), "WEBP", lossless=True),
    "GIF": encoded(quarters(), "GIF"),
    "BMP": encoded(quarters(), "BMP"),
    "TIFF": encoded(quarters(), "TIFF", compression="tiff_lzw"),
    "HEIF": HEIC,
    "AVIF": encoded(quarters(), "AVIF", quality=90, subsampling="4:4:4"),
}


def tiff(
    size: tuple[int, int],
    *strips: bytes,
    bits: int = 8,
    photometric: int = 2,
    samples: int = 3,
    more: dict[int, int] | None = None,
) -> bytes:
    """By hand, uncompressed; a strip for each plane, where there are several."""
    planar = 2 if len(strips) > 1 else 1
    tags = {256: size[0], 257: size[1], 259: 1, 262: photometric, 277: samples, 278: size[1]}
    tags |= {284: planar} | (more or {})
    behind = 8 + 2 + 12 * (len(tags) + 3) + 4
    depths = struct.pack(f"<{samples}H", *[bits] * samples)
    starts = [
        behind + len(depths) + 8 * len(strips) + at * len(strips[0]) for at in range(len(strips))
    ]
    offsets = struct.pack(f"<{len(strips)}I", *starts)
    lengths = struct.pack(f"<{len(strips)}I", *map(len, strips))
    entries = {tag: struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags.items()}
    entries[258] = struct.pack("<HHII", 258, 3, samples, behind)
    at = behind + len(depths)
    several = len(strips) > 1
    entries[273] = struct.pack("<HHII", 273, 4, len(strips), at if several else starts[0])
    entries[279] = struct.pack(
        "<HHII", 279, 4, len(strips), at + len(offsets) if several else len(strips[0])
    )
    directory = b"".join(entries[tag] for tag in sorted(entries))
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4)
    return head + depths + offsets + lengths + b"".join(strips)
