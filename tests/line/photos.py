"""Small pictures for stories; each has a colour of its own, so that the model can tell them."""

from functools import cache
from io import BytesIO

from PIL import Image

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "cyan", "brown", "pink", "gray")


@cache
def photo(colour: str = "red", size: tuple[int, int] = (320, 240)) -> bytes:
    """A clean JPEG, as Telegram makes them."""
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG", quality=85)
    return written.getvalue()


def album(count: int) -> list[bytes]:
    return [photo(COLOURS[number % len(COLOURS)], (320, 240 + number)) for number in range(count)]
