"""A Telegram photo is already what the model needs, so it goes through byte by byte."""

from contextlib import suppress

import pytest

from snapthread.adapters.media import prepare
from snapthread.adapters.media.jpeg import is_bare
from snapthread.errors import ImageRefused
from tests.media.pictures import SAMPLES, encoded, noise, oriented, quarters

BARE = SAMPLES["JPEG"]
HEADER = BARE[:20]  # the start and JFIF
REST = BARE[20:]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_bare_upright_jpeg_within_size_passes_untouched(mode: str, progressive: bool) -> None:
    content = encoded(quarters().convert(mode), "JPEG", progressive=progressive)

    prepared = prepare(content, max_side=64)

    assert prepared.is_passed_through
    assert prepared.content is content
    assert (prepared.width, prepared.height) == (48, 64)


def test_what_comes_out_passes_the_next_time() -> None:
    once = prepare(SAMPLES["PNG"], max_side=1600)
    twice = prepare(once.content, max_side=1600)
    assert twice.is_passed_through


def test_a_jpeg_one_pixel_too_long_does_not_pass() -> None:
    prepared = prepare(BARE, max_side=63)
    assert not prepared.is_passed_through
    assert (prepared.width, prepared.height) == (47, 63)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


ADOBE_CMYK = encoded(quarters().convert("CMYK"), "JPEG")

NOT_BARE = {
    "upright by its exif": encoded(quarters(), "JPEG", exif=oriented(1)),
    "cmyk": ADOBE_CMYK,
    "cmyk that does not say so": HEADER + ADOBE_CMYK[18:],  # JFIF in place of Adobe's segment
    "a thumbnail in its header": HEADER[:18] + b"\1\1" + REST,
    "a second header": HEADER + _segment(0xE0, b"JFXX\0secret") + REST,
    "no header": BARE[:2] + REST,
    "a comment": HEADER + _segment(0xFE, b"") + REST,
    "adobe": HEADER + _segment(0xEE, b"Adobe\0d\0\0\0\0\1") + REST,
    "bytes between segments": HEADER + b"junk" + REST,
    "bytes behind the end": BARE + b"\0",
    "a second image behind the end": BARE + BARE,
}


@pytest.mark.parametrize("name", NOT_BARE)
def test_anything_but_a_picture_is_made_anew(name: str) -> None:
    prepared = prepare(NOT_BARE[name], max_side=1600)
    assert not prepared.is_passed_through
    assert is_bare(prepared.content)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [4, 100, 1000])
def test_a_jpeg_that_breaks_off_does_not_pass(missing: int, progressive: bool) -> None:
    content = encoded(noise((64, 64)), "JPEG", progressive=progressive)
    with pytest.raises(ImageRefused, match="unreadable"):
        prepare(content[:-missing], max_side=1600)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_last_byte_is_made_anew_or_refused(progressive: bool) -> None:
    """That byte may hold nothing but padding, and then all pixels are there."""
    content = encoded(noise((64, 64)), "JPEG", progressive=progressive)[:-3]
    with suppress(ImageRefused):
        prepared = prepare(content, max_side=1600)
        assert not prepared.is_passed_through
        assert is_bare(prepared.content)


def test_a_bare_jpeg_that_does_not_decode_does_not_pass() -> None:
    table = BARE.index(b"\xff\xc4")
    without_huffman_codes = BARE[: table + 5] + b"\xff" * 16 + BARE[table + 21 :]

    assert is_bare(without_huffman_codes)
    with pytest.raises(ImageRefused, match="unreadable"):
        prepare(without_huffman_codes, max_side=1600)
