"""Much small text in a picture, measured by its edges.

Text is thin strokes on a plain ground: within a small square many neighbours are quite alike and
many differ strongly. In leaves, sand or noise few are alike; in a plain wall few differ.
"""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops

_SQUARE: Final = 32  # pixels: two or three lines of small text
_STRONG: Final = 48  # of 255: a stroke's edge, also after Telegram's JPEG
_ALIKE: Final = 6
# Shares of a square's pixels. Strokes of large letters (from about 40 pixels) have fewer edges.
_STRONG_LEAST: Final = 0.08
_STRONG_MOST: Final = 0.55
_ALIKE_LEAST: Final = 0.25
DENSE: Final = 0.2  # of all squares
# What a step between two neighbours counts as, by its height.
_IS_STRONG: Final = [255 * (step >= _STRONG) for step in range(256)]
_IS_ALIKE: Final = [255 * (step <= _ALIKE) for step in range(256)]


def text_share(picture: Image.Image) -> float:
    """The share of the picture's squares that hold small text, from 0 to 1."""
    grey = picture.convert("L")
    steps = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    strong, alike = _share(steps, _IS_STRONG), _share(steps, _IS_ALIKE)
    squares = [_is_text(one / 255, other / 255) for one, other in zip(strong, alike, strict=True)]
    return sum(squares) / len(squares)


def is_dense(picture: Image.Image) -> bool:
    return text_share(picture) >= DENSE


def _share(steps: Image.Image, chosen: Sequence[int]) -> bytes:
    return steps.point(chosen).reduce(_SQUARE).tobytes()


def _is_text(strong: float, alike: float) -> bool:
    return _STRONG_LEAST <= strong <= _STRONG_MOST and alike >= _ALIKE_LEAST
