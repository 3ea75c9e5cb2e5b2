"""The guide's own examples, and the laws that an upload's size rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapthread.vision_tokens import PATCHES_MAX, image_tokens, most_image_tokens, useful_side

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
def test_of_an_unknown_model_nothing_is_claimed(model: str) -> None:
    assert image_tokens(model, 1280, 960, "auto") is None
    assert most_image_tokens(model, 1600, "auto") is None
    assert useful_side(model, "auto", 4000, 3000) == 4000


@pytest.mark.parametrize(
    ("model", "detail", "side"),
    [
        ("gpt-6-luna", "auto", 4000),  # seen whole
        ("gpt-6-luna", "high", 1824),
        ("gpt-6-luna", "low", 512),
        ("gpt-5.4", "low", 2048),
        ("gpt-4o", "high", 1024),  # 1024 · 768
        ("gpt-4o", "low", 512),
    ],
)
def test_the_useful_side_is_as_large_as_the_model_looks(model: str, detail: str, side: int) -> None:
    assert useful_side(model, detail, 4000, 3000) == side
    assert useful_side(model, detail, 3000, 4000) == side


def test_an_image_that_would_be_refused_for_its_patches_is_made_to_fit() -> None:
    side = useful_side("gpt-6-luna", "original", 8000, 8000)
    assert (side // 32) ** 2 <= PATCHES_MAX
    assert side == 173 * 32


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_what_the_model_sees_it_sees_again_whole(
    model: str, detail: str, width: int, height: int
) -> None:
    side = useful_side(model, detail, width, height)
    scale = side / max(width, height)
    shrunk = max(1, int(width * scale)), max(1, int(height * scale))

    assert 1 <= side <= max(width, height)
    assert side - 1 <= useful_side(model, detail, *shrunk) <= side


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_an_image_always_costs_something_and_never_without_bound(
    model: str, detail: str, width: int, height: int
) -> None:
    tokens = image_tokens(model, width, height, detail)
    assert tokens is not None
    assert 0 < tokens <= PATCHES_MAX * 1.5


@pytest.mark.parametrize(
    ("model", "side", "detail", "most"),
    [
        ("gpt-6-luna", 1600, "auto", 3000),  # 50 · 50 patches
        ("gpt-6-luna", 1600, "low", 308),  # 16 · 16
        ("gpt-6-luna", 2016, "auto", 4763),  # 63 · 63
        ("gpt-6-luna", 2016, "high", 3000),  # the budget
        ("gpt-4o", 1600, "high", 1445),  # not the square's 765: 1600 · 768 has four by two tiles
        ("gpt-4o", 1600, "low", 85),
    ],
)
def test_an_image_of_any_shape_costs_at_most_so_much(
    model: str, side: int, detail: str, most: int
) -> None:
    assert most_image_tokens(model, side, detail) == most


@given(st.sampled_from(MODELS), st.sampled_from(DETAILS), SIDES, SIDES)
def test_no_shape_costs_more_than_the_most(
    model: str, detail: str, width: int, height: int
) -> None:
    tokens = image_tokens(model, width, height, detail)
    most = most_image_tokens(model, max(width, height), detail)
    assert tokens is not None
    assert most is not None
    assert tokens <= most


def test_a_gateway_that_puts_the_maker_before_the_model_changes_no_count() -> None:
    assert image_tokens("openai/gpt-6-luna", 1280, 960, "auto") == 1440
