"""Formats that are taken, by the bytes alone, and what comes of them."""

import subprocess
import sys

import pytest

from snapthread.adapters.media import prepare
from snapthread.adapters.media.sniff import recognise
from tests.media.pictures import SAMPLES, SIZE, UPRIGHT, encoded, quarters, seen


@pytest.mark.parametrize("form", SAMPLES)
def test_the_bytes_say_what_an_image_is(form: str) -> None:
    assert recognise(SAMPLES[form]) == form


@pytest.mark.parametrize("form", SAMPLES)
def test_every_format_becomes_the_same_picture_as_jpeg(form: str) -> None:
    prepared = prepare(SAMPLES[form], max_side=1600)

    assert seen(prepared.content) == UPRIGHT
    assert recognise(prepared.content) == "JPEG"
    assert (prepared.mime, prepared.extension) == ("image/jpeg", "jpg")
    assert prepared.source_format == form
    assert (prepared.width, prepared.height) == SIZE
    assert (prepared.source_width, prepared.source_height) == SIZE


def test_a_heif_may_name_its_codec_second() -> None:
    heic = SAMPLES["HEIF"].replace(b"ftypheic", b"ftypmif1", 1)
    assert recognise(heic) == "HEIF"


def test_an_avif_may_name_its_codec_second() -> None:
    avif = SAMPLES["AVIF"].replace(b"ftypavif", b"ftypmif1", 1)
    assert recognise(avif) == "AVIF"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken_and_it_is_said(form: str) -> None:
    second = quarters(("black", "black", "black", "black"))
    several = encoded(quarters(), form, save_all=True, append_images=[second])

    prepared = prepare(several, max_side=1600)

    assert seen(prepared.content) == UPRIGHT
    assert prepared.is_first_frame


@pytest.mark.parametrize("form", SAMPLES)
def test_a_still_image_is_not_called_an_animation(form: str) -> None:
    assert not prepare(SAMPLES[form], max_side=1600).is_first_frame


def test_the_second_picture_in_a_phones_jpeg_is_not_a_frame() -> None:
    phone = encoded(quarters(), "MPO", save_all=True, append_images=[quarters()])

    prepared = prepare(phone, max_side=1600)

    assert not prepared.is_first_frame
    assert not prepared.is_passed_through
    assert prepared.source_format == "JPEG"


def test_heic_is_not_loaded_before_one_arrives() -> None:
    program = "import sys, snapthread.adapters.media; sys.exit('pi_heif' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
