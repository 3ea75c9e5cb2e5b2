"""Much small text is told from a photograph, by edges alone."""

import asyncio

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from snapthread.adapters.media import Images
from snapthread.adapters.media.density import is_dense, text_share
from tests.media.pictures import decoded, encoded, noise

SIZE = (960, 1280)
LINE = "Пример текста: the quick brown fox, 0123456789 {}[]; jumps over it. " * 4


def _page(pixels: int, *, ink: str = "black", paper: str = "white") -> Image.Image:
    picture = Image.new("RGB", SIZE, paper)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(pixels)
    for top in range(0, SIZE[1], pixels * 3 // 2):
        draw.text((8, top), LINE, fill=ink, font=font)
    return picture


def _as_telegram_sends_it(picture: Image.Image) -> Image.Image:
    return decoded(encoded(picture, "JPEG", quality=80))


TEXTS = {
    "9 pixels": _page(9),
    "12 pixels": _page(12),
    "16 pixels": _page(16),
    "20 pixels": _page(20),
    "on dark": _page(12, ink="#c9d1d9", paper="#0d1117"),
    "grey on white": _page(12, ink="#6b7280"),
    "a screenshot made smaller": _page(24).resize((480, 640), Image.Resampling.LANCZOS),
}
OTHERS = {
    "plain": Image.new("RGB", SIZE, "white"),
    "noise": noise(SIZE),
    "leaves": noise(SIZE).filter(ImageFilter.GaussianBlur(1)),
    "clouds": noise((60, 80)).resize(SIZE),
    "a slope": Image.linear_gradient("L").resize(SIZE),
    "a poster": _page(200),
    "one line": Image.new("RGB", SIZE, "white"),
}
ImageDraw.Draw(OTHERS["one line"]).text((8, 600), LINE, fill="black")


@pytest.mark.parametrize("name", TEXTS)
def test_small_text_is_dense(name: str) -> None:
    assert is_dense(_as_telegram_sends_it(TEXTS[name])), text_share(TEXTS[name])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_page_of_small_text_is_not(name: str) -> None:
    assert not is_dense(_as_telegram_sends_it(OTHERS[name])), text_share(OTHERS[name])


def test_the_codec_tells_it_of_what_it_prepared() -> None:
    async def story() -> tuple[bool, bool]:
        images = Images()
        text, plain = encoded(_page(12), "JPEG"), encoded(OTHERS["plain"], "JPEG")
        return await images.is_dense(text), await images.is_dense(plain)

    assert asyncio.run(story()) == (True, False)


def test_the_smallest_picture_has_a_density_too() -> None:
    assert text_share(Image.new("RGB", (1, 1))) == 0.0
