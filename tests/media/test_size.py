"""The long side is kept, the shape too, and nothing is ever made larger."""

import pytest

from snapthread.adapters.media import prepare
from tests.media.pictures import UPRIGHT, encoded, quarters, seen

LOSSY_OR_NOT = ["JPEG", "PNG"]


@pytest.mark.parametrize("form", LOSSY_OR_NOT)
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 400), (512, 400)),
        ((513, 400), (512, 399)),
        ((400, 513), (399, 512)),
        ((1024, 512), (512, 256)),
        ((1025, 513), (512, 256)),
        ((2048, 1500), (512, 375)),
        ((1500, 1500), (512, 512)),
        ((1, 20_000), (1, 512)),
        ((20_000, 1), (512, 1)),
        ((1, 1), (1, 1)),
        ((2, 3), (2, 3)),
    ],
)
def test_the_long_side_is_at_most_what_is_asked(
    form: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    prepared = prepare(encoded(quarters(size=size), form), max_side=512)

    assert (prepared.width, prepared.height) == expected
    assert (prepared.source_width, prepared.source_height) == size


@pytest.mark.parametrize("form", [*LOSSY_OR_NOT, "WEBP"])
def test_a_picture_cut_into_bands_is_whole_again(form: str) -> None:
    large = encoded(quarters(size=(3001, 2003)), form)
    assert seen(prepare(large, max_side=512).content) == UPRIGHT
