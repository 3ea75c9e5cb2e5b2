"""Much small text is told from a photograph, by edges alone."""

import asyncio
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from snapthread.adapters.media import Images
from snapthread.adapters.media.density import is_dense, text_share
from snapthread.adapters.media.preparing import prepare
from snapthread.adapters.media.source import PillowSource
from snapthread.vision_tokens import Size
from tests.media.pictures import decoded, encoded, noise

SIZE = (960, 1280)
LINE = "Пример текста: the quick brown fox, 0123456789 {}[]; jumps over it. " * 4


def _page(pixels: int, *, ink: str = "black", paper: str = "white") -> Image.Image:
    """Line after line; drawing each would be most of the time."""
    height = pixels * 3 // 2
    picture, line = Image.new("RGB", SIZE, paper), Image.new("RGB", (SIZE[0], height), paper)
    ImageDraw.Draw(line).text((8, 0), LINE, fill=ink, font=ImageFont.load_default(pixels))
    for top in range(0, SIZE[1], height):
        picture.paste(line, (0, top))
    return picture


def _as_telegram_sends_it(picture: Image.Image) -> Image.Image:
    return decoded(encoded(picture, "JPEG", quality=80))


def _one_line() -> Image.Image:
    picture = Image.new("RGB", SIZE, "white")
    ImageDraw.Draw(picture).text((8, 600), LINE, fill="black")
    return picture


TEXTS: dict[str, Callable[[], Image.Image]] = {  # drawn by the test that looks at it
    "9 pixels": lambda: _page(9),
    "12 pixels": lambda: _page(12),
    "16 pixels": lambda: _page(16),
    "20 pixels": lambda: _page(20),
    "on dark": lambda: _page(12, ink="#c9d1d9", paper="#0d1117"),
    "grey on white": lambda: _page(12, ink="#6b7280"),
    "a screenshot made smaller": lambda: _page(24).resize((480, 640), Image.Resampling.LANCZOS),
}
OTHERS: dict[str, Callable[[], Image.Image]] = {
    "plain": lambda: Image.new("RGB", SIZE, "white"),
    "noise": lambda: noise(SIZE),
    "leaves": lambda: noise(SIZE).filter(ImageFilter.GaussianBlur(1)),
    "clouds": lambda: noise((60, 80)).resize(SIZE),
    "a slope": lambda: Image.linear_gradient("L").resize(SIZE),
    "a poster": lambda: _page(200),
    "one line": _one_line,
}


@pytest.mark.parametrize("name", TEXTS)
def test_small_text_is_dense(name: str) -> None:
    picture = TEXTS[name]()
    assert is_dense(_as_telegram_sends_it(picture)), text_share(picture)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_page_of_small_text_is_not(name: str) -> None:
    picture = OTHERS[name]()
    assert not is_dense(_as_telegram_sends_it(picture)), text_share(picture)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_the_codec_tells_it_where_it_looked_for_it(form: str) -> None:
    text, plain = encoded(_page(12), form), encoded(OTHERS["plain"](), form)
    assert prepare(text, looks=True).is_dense
    assert not prepare(plain, looks=True).is_dense
    assert not prepare(text).is_dense


def test_a_child_tells_it_too() -> None:
    text = encoded(_page(12), "JPEG")
    assert asyncio.run(Images().prepare(text, suspect=True, looks=True)).is_dense


def test_a_photo_was_decoded_a_second_time_to_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded_as, decode = list[Size](), PillowSource.decode

    def counted(source: PillowSource, target: Size, /, *, in_grey: bool = False) -> None:
        decoded_as.append(target)
        decode(source, target, in_grey=in_grey)

    monkeypatch.setattr(PillowSource, "decode", counted)
    assert prepare(encoded(_page(12), "JPEG"), looks=True).is_dense
    assert decoded_as == [SIZE]


def test_the_smallest_picture_has_a_density_too() -> None:
    assert text_share(Image.new("RGB", (1, 1))) == 0.0
