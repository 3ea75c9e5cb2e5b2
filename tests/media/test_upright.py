"""The picture comes out the way its photographer held it."""

import pytest
from PIL import Image

from snapthread.adapters.media import prepare
from tests.media.pictures import HEIC, SIZE, UPRIGHT, Colours, encoded, oriented, quarters, seen

R, L, B, W = UPRIGHT
# Exif 2.32, tag 0x0112: where the stored corners (top left, top right, bottom left, bottom right)
# belong in the upright picture.
STORED: dict[int, Colours] = {
    1: (R, L, B, W),
    2: (L, R, W, B),
    3: (W, B, L, R),
    4: (B, W, R, L),
    5: (R, B, L, W),
    6: (L, W, R, B),
    7: (W, L, B, R),
    8: (B, R, W, L),
}
SIDEWAYS = (64, 48)


def _stored(orientation: int) -> Image.Image:
    return quarters(STORED[orientation], SIDEWAYS if orientation > 4 else SIZE)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_every_orientation_comes_out_upright(form: str, orientation: int) -> None:
    stored = encoded(_stored(orientation), form, exif=oriented(orientation))

    prepared = prepare(stored, max_side=1600)

    assert seen(prepared.content) == UPRIGHT
    assert (prepared.width, prepared.height) == SIZE
    assert (prepared.source_width, prepared.source_height) == SIZE


def test_a_heic_is_turned_once_and_not_again_by_its_exif() -> None:
    prepared = prepare(HEIC, max_side=1600)
    assert seen(prepared.content) == UPRIGHT


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    content = encoded(quarters(), "JPEG", exif=oriented(orientation))
    assert seen(prepare(content, max_side=1600).content) == UPRIGHT


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # as the product does
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "broken", [b"Exif\0\0", b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff"]
)
def test_broken_exif_is_not_a_broken_picture(form: str, broken: bytes) -> None:
    content = encoded(quarters(), form, exif=broken)
    assert seen(prepare(content, max_side=1600).content) == UPRIGHT
