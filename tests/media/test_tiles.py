"""A long picture is cut so that its text stays readable, and nothing is lost between the tiles."""

import asyncio
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from snapthread.adapters.media import Images, Sight, prepare
from snapthread.adapters.media.tiles import READABLE, TILES_MAX, in_tiles
from snapthread.errors import ImageRefused
from tests.media.pictures import decoded, encoded, nearest, oriented

HIGH = Sight("gpt-6-luna", "high")
COLOURS = ("red", "lime", "blue", "white", "black", "red")


def _bands(size: tuple[int, int]) -> Image.Image:
    """Six bands of colour along the long side."""
    picture, long = Image.new("RGB", size), max(size)
    for index, colour in enumerate(COLOURS):
        start, end = index * long // 6, (index + 1) * long // 6
        tall = size[1] > size[0]
        picture.paste(colour, (0, start, size[0], end) if tall else (start, 0, end, size[1]))
    return picture


def _png(picture: Image.Image, **options: Any) -> bytes:
    """Packed a little: more would take longer than all that is done with it."""
    return encoded(picture, "PNG", compress_level=1, **options)


def _first_and_last(content: bytes) -> tuple[str, str]:
    picture = decoded(content).convert("RGB")
    corner = picture.width - 3, picture.height - 3
    return nearest(picture.getpixel((2, 2))), nearest(picture.getpixel(corner))


@pytest.mark.parametrize("size", [(1170, 2532), (4032, 3024), (2532, 1170), (1080, 2400), (1, 1)])
def test_what_stays_readable_is_not_cut(size: tuple[int, int]) -> None:
    plan = in_tiles(size, HIGH, 0)
    assert plan.boxes == ((0, 0, *HIGH.useful(size)),)


def test_a_tall_screenshot_becomes_tiles_in_reading_order() -> None:
    prepared = prepare(_png(_bands((1080, 6000))), sight=HIGH, tiles=True)

    assert [(tile.width, tile.height) for tile in prepared.tiles] == [(942, 2656)] * 2
    ends = [_first_and_last(tile.content) for tile in prepared.tiles]
    assert ends == [("red", "white"), ("blue", "red")]
    assert (prepared.source_width, prepared.source_height) == (1080, 6000)
    assert prepared.content == prepared.tiles[0].content


def test_a_wide_screenshot_is_read_from_left_to_right() -> None:
    prepared = prepare(_png(_bands((9000, 1000))), sight=HIGH, tiles=True)

    ends = [_first_and_last(tile.content) for tile in prepared.tiles]
    assert len(ends) > 1
    assert (ends[0][0], ends[-1][1]) == ("red", "red")
    assert {tile.width > tile.height for tile in prepared.tiles} == {True}


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_long_picture_on_its_side_is_cut_upright(orientation: int) -> None:
    stored = _png(_bands((6000, 1080)), exif=oriented(orientation))
    prepared = prepare(stored, sight=HIGH, tiles=True)
    assert [(tile.width, tile.height) for tile in prepared.tiles] == [(942, 2656)] * 2


def test_unless_asked_for_a_long_picture_is_one() -> None:
    prepared = prepare(_png(_bands((1080, 6000))), sight=HIGH)
    assert [(tile.width, tile.height) for tile in prepared.tiles] == [(672, 3733)]


def test_the_child_hands_over_every_tile() -> None:
    content = _png(_bands((1080, 6000)))
    images = Images(sight=HIGH)
    outside = asyncio.run(images.prepare(content, suspect=True, tiles=True))
    assert outside == prepare(content, sight=HIGH, tiles=True)


@given(st.integers(1, 3000), st.integers(1, 12_000), st.sampled_from(["high", "auto", "low"]))
def test_tiles_cover_the_picture_overlap_and_stay_readable(
    width: int, height: int, detail: str
) -> None:
    sight = Sight("gpt-6-luna", detail)
    plan = in_tiles((width, height), sight, 0)
    if len(plan.boxes) == 1:
        return

    along = 1 if height > width else 0
    ends = [(box[along], box[along + 2]) for box in plan.boxes]
    assert len(ends) <= TILES_MAX
    assert ends[0][0] == 0
    assert ends[-1][1] == plan.size[along]
    assert all(later[0] < earlier[1] for earlier, later in pairwise(ends))
    square = sight.useful((min(width, height),) * 2)[0]  # no cut makes the model look closer
    readable = int(READABLE * min(width, height))
    assert min(plan.size) >= min(readable, square) - 1
    for left, top, right, bottom in plan.boxes:
        assert sight.useful((right - left, bottom - top)) == (right - left, bottom - top)


def test_where_the_model_looks_too_coarsely_cutting_is_no_help() -> None:
    plan = in_tiles((1080, 6000), Sight("gpt-6-luna", "low"), 0)
    assert len(plan.boxes) == 1
    assert not plan.is_too_long


def test_an_older_model_gets_tiles_as_readable_as_it_can_see_them() -> None:
    plan = in_tiles((1080, 6000), Sight("gpt-4o", "high"), 0)
    assert len(plan.boxes) > 1
    assert Fraction(plan.size[0], 1080) > Fraction(7, 10)


def _page(size: tuple[int, int]) -> Image.Image:
    """Lines of small text; drawing each would take ten seconds."""
    picture, line = Image.new("RGB", size, "white"), Image.new("RGB", (size[0], 16), "white")
    text = "the quick brown fox jumps over the lazy dog 0123456789 " * 4
    ImageDraw.Draw(line).text((4, 0), text, "black")
    for top in range(0, size[1], 16):
        picture.paste(line, (0, top))
    return picture


def test_a_text_too_long_for_six_tiles_is_to_be_sent_in_parts() -> None:
    with pytest.raises(ImageRefused, match="too_long"):
        prepare(_png(_page((1080, 32_000))), sight=HIGH, tiles=True)


def test_a_panorama_too_long_for_six_tiles_is_shown_small() -> None:
    panorama = encoded(Image.linear_gradient("L").resize((20_000, 2000)), "JPEG")
    prepared = prepare(panorama, sight=HIGH, tiles=True)
    assert len(prepared.tiles) == 1
