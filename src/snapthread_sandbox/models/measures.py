"""Measures of a picture: its size, its shape and its main colours. Nothing else."""

from collections import Counter
from colorsys import rgb_to_hls
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final, Literal

from PIL import Image, ImageOps

SAMPLE_SIDE: Final = 32
COLOURS_TOLD: Final = 3
SHARE_MIN_PERCENT: Final = 10  # a colour with less is not worth a word
SQUARE_WITHIN: Final = 0.02
# Names by hue, in degrees up to which they reach; and the greys, by lightness.
HUES: Final = (
    ("red", 14),
    ("orange", 42),
    ("yellow", 66),
    ("green", 168),
    ("cyan", 198),
    ("blue", 250),
    ("purple", 300),
    ("pink", 342),
    ("red", 360),
)
GREYS: Final = (("black", 0.14), ("grey", 0.82), ("white", 1.0))
GREY_BELOW: Final = 0.1
DARKEST: Final = 0.07
BROWN_BELOW: Final = 0.42
BROWN_VIVID: Final = 0.6
PINK_FROM: Final = 0.35
PHOTO_SIDE: Final = 2560  # the long side of what Telegram's clients send as a photo
PHOTO_QUALITY: Final = 87

Shape = Literal["wide", "tall", "square"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Pixels, and the main colours with their share in percent, the largest first."""

    width: int
    height: int
    colours: tuple[tuple[str, int], ...]

    @property
    def shape(self) -> Shape:
        if abs(self.width / self.height - 1) <= SQUARE_WITHIN:
            return "square"
        return "wide" if self.width > self.height else "tall"


@lru_cache(maxsize=64)
def measure(content: bytes) -> Measured:
    """Measures a picture that can be read to its end."""
    with Image.open(BytesIO(content)) as image:
        image.draft("RGB", (SAMPLE_SIDE * 8, SAMPLE_SIDE * 8))
        width, height = _size(content)
        sample = image.convert("RGB").resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    return Measured(width=width, height=height, colours=_colours(sample.tobytes()))


def _size(content: bytes) -> tuple[int, int]:
    """Of the whole picture, whatever `draft` made of it."""
    with Image.open(BytesIO(content)) as image:
        return image.size


def _colours(raw: bytes) -> tuple[tuple[str, int], ...]:
    counts = Counter(_name(*raw[i : i + 3]) for i in range(0, len(raw), 3))
    shares = [(name, round(100 * n / counts.total())) for name, n in counts.most_common()]
    told = [share for share in shares if share[1] >= SHARE_MIN_PERCENT]
    return tuple(told[:COLOURS_TOLD] or shares[:1])


def _name(red: int, green: int, blue: int) -> str:
    hue, light, full = rgb_to_hls(red / 255, green / 255, blue / 255)
    vivid = full * min(light, 1 - light) * 2  # how far from grey, whatever the brightness
    if vivid < GREY_BELOW:
        return next(name for name, below in GREYS if light <= below)
    if light < DARKEST:
        return "black"
    name = next(name for name, below in HUES if hue * 360 <= below)
    if name in ("orange", "yellow") and light < BROWN_BELOW and vivid < BROWN_VIVID:
        return "brown"
    return "purple" if name == "pink" and light < PINK_FROM else name


def as_photo(content: bytes) -> bytes | None:
    """The JPEG that a Telegram client makes of a picked image; None where it is no image."""
    try:
        with Image.open(BytesIO(content)) as image:
            image.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))
            upright = ImageOps.exif_transpose(image)
            flat = _on_white(upright)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    flat.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    out = BytesIO()
    flat.save(out, "JPEG", quality=PHOTO_QUALITY)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
