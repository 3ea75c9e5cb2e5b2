"""Pages are drawn in a child, as large as the model will use, whatever their document says."""

import asyncio
from io import BytesIO
from typing import cast

import pytest
from PIL import Image

from snapthread.adapters.media import Documents
from snapthread.adapters.media.documents import draw
from snapthread.errors import DocumentRefused
from snapthread.ports import PagePicture
from snapthread.vision_tokens import ANYBODY
from tests.media import documents as made
from tests.media.hostile import BOMBS, CATALOGUE, mutants

pytestmark = pytest.mark.skipif(not draw.is_installed(), reason="no PDFium here: snapthread[pages]")


def drawn(content: bytes, **how: object) -> tuple[PagePicture, ...]:
    documents = Documents(time_limit_s=60.0)
    return asyncio.run(documents.draw(content, sight=ANYBODY, max_side=1000, **how))  # type: ignore[arg-type]


def test_every_page_is_a_picture_within_the_bound() -> None:
    for page in drawn(made.pdf(2)):
        with Image.open(BytesIO(page.content)) as picture:
            assert picture.size == (page.width, page.height) == (707, 1000)
            darkest, _ = cast(tuple[float, float], picture.convert("L").getextrema())
            assert darkest < 100  # its letters are there


def test_one_page_is_drawn_again_in_the_size_that_it_had() -> None:
    (again,) = drawn(made.pdf(["One", "Two"]), page=2, size=(353, 500))

    assert (again.width, again.height) == (353, 500)


def test_a_page_of_any_size_is_drawn_within_the_bound() -> None:
    for box in ("0 0 1 14400", "0 0 1000000 1000000", "0 0 0 0", "5 5 -5 -9"):
        tree = f"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[{box}]>>"
        content = made.pdf_of([CATALOGUE, tree, "<</Type/Page/Parent 2 0 R>>"])
        (page,) = drawn(content)
        assert max(page.width, page.height) <= 1000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no PDF",
        *mutants(3, seed=7),
        BOMBS["pages in a circle"](),
        BOMBS["lengths that lie"](),
    ],
    ids=range(7),
)
def test_what_cannot_be_drawn_ends_in_a_sentence(content: bytes) -> None:
    try:
        assert all(page.content for page in drawn(content))
    except DocumentRefused as refused:
        assert refused.fault != "crashed"  # noqa: PT017 - either end is a good one
