"""Facts that Pillow can truly tell of a picture: its format, size and main colour."""

import math
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image

VISION_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
SAMPLE_SIDE: Final = 16
COLOURS: Final = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "red": (220, 30, 30),
    "green": (30, 160, 50),
    "blue": (40, 60, 210),
    "yellow": (250, 220, 40),
    "orange": (250, 140, 20),
    "purple": (130, 40, 160),
    "brown": (120, 70, 30),
    "pink": (250, 160, 190),
    "cyan": (40, 200, 220),
}
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that can be read to its end."""

    format: str
    width: int
    height: int
    colour: str
    is_animated: bool


@lru_cache(maxsize=64)
def look(content: bytes, formats: tuple[str, ...] | None = None) -> Picture | None:
    """The picture in these bytes; None where there is none, or only a part of one."""
    try:
        with Image.open(BytesIO(content), formats=formats) as image:
            image.load()
            return Picture(
                format=image.format or "",
                width=image.width,
                height=image.height,
                colour=_main_colour(image),
                is_animated=bool(getattr(image, "is_animated", False)),
            )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


@lru_cache(maxsize=64)
def smaller(content: bytes, side: int) -> tuple[bytes, int, int]:
    """The picture as a JPEG whose long side is at most `side`, and its size."""
    with Image.open(BytesIO(content)) as image:
        image.draft("RGB", (side, side))
        small = image.convert("RGB")
        small.thumbnail((side, side))
        out = BytesIO()
        small.save(out, "JPEG")
        return out.getvalue(), small.width, small.height


def _main_colour(image: Image.Image) -> str:
    sample = image.convert("RGB").resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    raw = sample.tobytes()
    pixels = [(raw[i], raw[i + 1], raw[i + 2]) for i in range(0, len(raw), 3)]
    return Counter(map(_name, pixels)).most_common(1)[0][0]


@lru_cache(maxsize=4096)
def _name(pixel: Rgb) -> str:
    return min(COLOURS, key=lambda name: math.dist(pixel, COLOURS[name]))
