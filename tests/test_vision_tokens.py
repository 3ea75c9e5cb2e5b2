"""The guide's own examples, and the laws that an upload's size rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapthread.vision_tokens import PATCHES_MAX, Sight, image_tokens, most_image_tokens

MODELS = ["gpt-6-luna", "gpt-5.6-sol", "gpt-5.5", "gpt-5.4", "gpt-5.2", "gpt-4o", "gpt-5-nano"]
DETAILS = ["low", "high", "auto", "original"]
SIDES = st.integers(1, 20_000)


@pytest.mark.parametrize(
    ("model", "size", "detail", "tokens"),
    [
        # published, or recorded from the API (images and vision guide; conformance traces)
        ("gpt-6-astra", (1024, 1024), "auto", 1229),
        ("gpt-5.6-terra", (1024, 1024), "high", 1229),
        ("gpt-5.5", (2048, 2048), "high", 3000),
        ("gpt-5.4", (2048, 2048), "high", 3000),
        ("gpt-6-astra", (2048, 2048), "high", 3000),
        ("gpt-6-astra", (4096, 512), "high", 2458),
        ("gpt-5.5", (1920, 1080), "high", 2448),
        ("gpt-6-luna", (1280, 960), "auto", 1440),
        ("gpt-5.2", (1280, 960), "auto", 1440),
        ("gpt-6-luna", (1280, 960), "low", 231),
        ("gpt-6-luna", (4000, 3000), "auto", 14_100),
        ("gpt-6-luna", (4000, 3000), "original", 14_100),
        ("gpt-6-luna", (4000, 3000), "high", 2942),
        ("gpt-4o-mini", (2560, 1707), "auto", 36_835),
        # the rows of the table that no example shows, by hand
        ("gpt-5.4", (2048, 2048), "low", 4916),  # 64 · 64 patches: within 6,144
        ("gpt-5.4", (2048, 2048), "auto", 3000),  # auto is high
        ("gpt-5.5", (6400, 3200), "original", 11_760),  # 6000 · 3000 first, then 140 · 70 patches
        ("gpt-5.2", (4096, 4096), "high", 4916),  # 2048 · 2048
        ("gpt-4.1-mini", (1024, 1024), "low", 1659),  # 1024 patches · 1.62
        ("gpt-5-nano", (1024, 1024), "high", 1536),
        ("gpt-4.1-nano", (1024, 1024), "high", 2520),  # 1.0 · 1024 · 2.46, up
        ("o4-mini", (1024, 1024), "high", 1762),
        ("gpt-4o", (1024, 1024), "low", 85),
        ("gpt-4o", (1024, 1024), "high", 765),  # 768 · 768: four tiles
        ("gpt-4.1", (2048, 4096), "high", 1105),  # 768 · 1536: six tiles
        ("gpt-5.1", (512, 512), "auto", 210),  # never larger: one tile
        ("gpt-5", (1024, 1024), "high", 630),
        ("o3", (1024, 1024), "high", 675),
    ],
)
def test_an_image_costs_what_the_guide_says(
    model: str, size: tuple[int, int], detail: str, tokens: int
) -> None:
    assert image_tokens(model, *size, detail) == tokens
    assert image_tokens(model, *size[::-1], detail) == tokens


def test_a_dated_model_has_the_rules_of_its_model() -> None:
    assert image_tokens("gpt-4o-mini-2024-07-18", 512, 512, "low") == 2833
    assert image_tokens("gpt-4o-2024-08-06", 512, 512, "low") == 85


@pytest.mark.parametrize("model", ["", "llama-4", "gpt-6", "gpt-6-lunatic", "gpt-4o-maxi"])
def test_of_an_unknown_model_the_usual_is_assumed(model: str) -> None:
    assert image_tokens(model, 1280, 960, "auto") == 1440
    assert most_image_tokens(model, 0, "auto") == 3000
    assert Sight(model, "auto").useful((4000, 3000)) == (1834, 1376)


@pytest.mark.parametrize(
    ("model", "detail", "size"),
    [
        ("gpt-6-luna", "original", (4000, 3000)),  # seen whole
        ("gpt-6-luna", "auto", (1834, 1376)),  # unasked, at most 2,500 patches
        ("gpt-6-luna", "high", (1834, 1376)),
        ("gpt-6-luna", "low", (512, 384)),
        ("gpt-5.4", "low", (2048, 1536)),
        ("gpt-4o", "high", (1024, 768)),
        ("gpt-4o", "low", (512, 384)),
    ],
)
def test_an_image_is_useful_as_large_as_the_model_looks(
    model: str, detail: str, size: tuple[int, int]
) -> None:
    assert Sight(model, detail).useful((4000, 3000)) == size
    assert Sight(model, detail).useful((3000, 4000)) == size[::-1]


def test_a_phones_screenshot_keeps_all_that_2500_patches_show() -> None:
    assert Sight("gpt-6-luna", "high").useful((1170, 2532)) == (1079, 2336)  # 34 · 73 patches
    assert Sight("gpt-6-luna", "auto").useful((1170, 2532)) == (1079, 2336)


def test_the_operators_bound_stays_above_the_models() -> None:
    assert Sight("gpt-6-luna", "auto").useful((1170, 2532), 1600) == (739, 1600)
    assert Sight("gpt-6-luna", "auto").useful((1170, 2532), 4000) == (1079, 2336)


def test_an_image_that_would_be_refused_for_its_patches_is_made_to_fit() -> None:
    width, height = Sight("gpt-6-luna", "original").useful((8000, 8000))
    assert (width // 32) * (height // 32) <= PATCHES_MAX
    assert (width, height) == (173 * 32, 173 * 32)


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_what_is_useful_is_useful_whole_and_never_larger(
    model: str, detail: str, width: int, height: int
) -> None:
    useful = Sight(model, detail).useful((width, height))

    assert 1 <= useful[0] <= width
    assert 1 <= useful[1] <= height
    assert Sight(model, detail).useful(useful) == useful


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_what_goes_up_never_costs_more_than_the_most(
    model: str, detail: str, width: int, height: int
) -> None:
    useful = Sight(model, detail).useful((width, height))
    assert image_tokens(model, *useful, detail) <= most_image_tokens(model, 0, detail)


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_an_image_always_costs_something_and_never_without_bound(
    model: str, detail: str, width: int, height: int
) -> None:
    tokens = image_tokens(model, width, height, detail)
    assert 0 < tokens <= PATCHES_MAX * 1.5


@pytest.mark.parametrize(
    ("model", "side", "detail", "most"),
    [
        ("gpt-6-luna", 1600, "auto", 3000),  # 50 · 50 patches
        ("gpt-6-luna", 1600, "low", 308),  # 16 · 16
        ("gpt-6-luna", 2016, "original", 4763),  # 63 · 63
        ("gpt-6-luna", 2016, "auto", 3000),  # unasked
        ("gpt-6-luna", 0, "auto", 3000),
        ("gpt-6-luna", 0, "original", 36_000),  # 30,000
        ("gpt-6-luna", 2016, "high", 3000),  # the budget
        ("gpt-4o", 1600, "high", 1445),  # not the square's 765: 1600 · 768 has four by two tiles
        ("gpt-4o", 1600, "low", 85),
    ],
)
def test_an_image_of_any_shape_costs_at_most_so_much(
    model: str, side: int, detail: str, most: int
) -> None:
    assert most_image_tokens(model, side, detail) == most


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES, SIDES)
def test_no_shape_costs_more_than_the_most(
    model: str, detail: str, width: int, height: int, side: int
) -> None:
    made = Sight(model, detail).useful((width, height), side)
    assert image_tokens(model, *made, detail) <= most_image_tokens(model, side, detail)
