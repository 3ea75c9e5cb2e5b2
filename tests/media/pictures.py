"""Synthetic pictures in every format, and eyes to look at what became of them."""

import math
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

Colours = tuple[str, str, str, str]

UPRIGHT: Colours = ("red", "lime", "blue", "white")
SIZE = (48, 64)
HEIC = (Path(__file__).parent / "fixtures" / "sideways.heic").read_bytes()

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
