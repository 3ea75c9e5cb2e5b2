"""No more pixels are uploaded than the model will look at; the operator's bound stays above."""

import asyncio

import pytest

from snapthread.adapters.media import Images, Sight, prepare
from tests.media.pictures import HEIC, encoded, quarters

LUNA_LOW = Sight(model="gpt-6-luna", detail="low")


@pytest.mark.parametrize(
    ("model", "detail", "size"),
    [
        ("gpt-6-luna", "original", (1600, 1200)),  # seen whole: the operator's bound
        ("gpt-6-luna", "low", (512, 384)),
        ("gpt-4o", "high", (1024, 768)),
        ("gpt-4o", "low", (512, 384)),
        ("another", "low", (1600, 1200)),
    ],
)
def test_an_image_is_made_as_large_as_the_model_looks(
    model: str, detail: str, size: tuple[int, int]
) -> None:
    large = encoded(quarters(size=(2000, 1500)), "JPEG")
    prepared = prepare(large, max_side=1600, sight=Sight(model=model, detail=detail))
    assert (prepared.width, prepared.height) == size


def test_a_telegram_photo_passes_untouched_where_the_model_sees_it_whole() -> None:
    photo = encoded(quarters(size=(1280, 960)), "JPEG")
    seen_whole = prepare(photo, max_side=1600, sight=Sight(model="gpt-6-luna", detail="auto"))
    seen_small = prepare(photo, max_side=1600, sight=LUNA_LOW)

    assert seen_whole.content is photo
    assert not seen_small.is_passed_through


@pytest.mark.parametrize(
    "content", [HEIC, encoded(quarters(size=(2000, 1500)), "PNG", compress_level=1)]
)
@pytest.mark.parametrize("suspect", [False, True])
def test_the_child_looks_no_closer_either(content: bytes, suspect: bool) -> None:
    images = Images(max_side=1600, sight=LUNA_LOW)
    prepared = asyncio.run(images.prepare(content, suspect=suspect))
    assert max(prepared.width, prepared.height) <= 512
    assert prepared == prepare(content, max_side=1600, sight=LUNA_LOW)
