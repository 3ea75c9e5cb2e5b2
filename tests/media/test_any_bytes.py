"""Whatever the bytes are, the outcome is a picture within its size or a refusal.

Not for HEIC, whose decoder may end the process: see test_child.
"""

import gc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from snapthread.adapters.media import Prepared, prepare
from snapthread.errors import ImageRefused
from tests.media.pictures import SAMPLES, decoded, encoded, noise, oriented

MAX_SIDE = 32
# The product ignores Pillow's warnings of broken metadata; pytest's own filter would not.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

WHOLE = [
    *(content for form, content in SAMPLES.items() if form != "HEIF"),
    encoded(noise((40, 40)), "JPEG", progressive=True, exif=oriented(6)),
    encoded(noise((40, 40)).convert("CMYK"), "JPEG"),
    encoded(noise((40, 40)).convert("P"), "PNG", transparency=0),
    encoded(noise((40, 40)), "WEBP", save_all=True, append_images=[noise((40, 40))]),
    encoded(noise((40, 40)).convert("F"), "TIFF"),
]
flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)
modest = settings(
    max_examples=max(100, settings().max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _outcome(content: bytes) -> Prepared | ImageRefused:
    try:
        return prepare(content, max_side=MAX_SIDE)
    except ImageRefused as refused:
        return refused


def _holds(content: bytes) -> None:
    outcome = _outcome(content)
    if isinstance(outcome, Prepared):
        picture = decoded(outcome.content)
        assert picture.size == (outcome.width, outcome.height)
        assert 1 <= max(picture.size) <= MAX_SIDE
        assert picture.format == "JPEG"


@modest
@given(st.binary(max_size=300))
def test_any_bytes_are_a_picture_or_refused(content: bytes) -> None:
    _holds(content)


@modest
@given(st.sampled_from(WHOLE), st.binary(max_size=300))
def test_any_bytes_behind_a_true_beginning_are_a_picture_or_refused(
    whole: bytes, rest: bytes
) -> None:
    _holds(whole[:32] + rest)


@modest
@given(st.sampled_from(WHOLE), st.floats(0, 1), flips)
@example(SAMPLES["GIF"], 1.0, [(0.9, 255)])
def test_a_damaged_image_is_a_picture_or_refused(
    whole: bytes, kept: float, damage: list[tuple[float, int]]
) -> None:
    damaged = bytearray(whole[: round(len(whole) * kept)])
    for where, value in damage if damaged else []:
        damaged[int(where * len(damaged))] = value
    _holds(bytes(damaged))


@pytest.mark.parametrize("content", [SAMPLES["PNG"], SAMPLES["PNG"][:-40], SAMPLES["HEIF"]])
def test_nothing_is_kept_alive(content: bytes) -> None:
    gc.collect()  # of earlier tests
    outcome = _outcome(content)  # a refusal holds the frames that it came through
    alive = [thing for thing in gc.get_objects() if isinstance(thing, Image.Image)]

    assert isinstance(outcome, (Prepared, ImageRefused))
    assert not [image for image in alive if getattr(image, "fp", None)]
