"""Every kind of pixel comes out in the colour that it was meant to be."""

import struct

import pytest
from PIL import Image, ImageCms

from snapthread.adapters.media import prepare
from tests.media.pictures import UPRIGHT, chunk, decoded, encoded, nearest, png, quarters, seen


def _greys(content: bytes) -> list[int]:
    picture = decoded(prepare(content, max_side=1600).content)
    assert picture.mode == "L"
    return list(picture.resize((picture.width, 1)).tobytes())


def _ramp(mode: str, darkest: float, lightest: float) -> Image.Image:
    picture = Image.new(mode, (256, 8))
    for x in range(256):
        value = darkest + (lightest - darkest) * x / 255
        picture.paste(round(value) if mode == "I" else value, (x, 0, x + 1, 8))
    return picture


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_comes_out_in_its_colours(form: str) -> None:
    # As Photoshop does, Pillow writes CMYK into JPEG inverted, under Adobe's marker.
    content = encoded(quarters().convert("CMYK"), form)
    assert seen(prepare(content, max_side=1600).content) == UPRIGHT


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_scaled_not_clipped(form: str) -> None:
    ramp = Image.frombytes("I;16", (256, 8), struct.pack("<256H", *range(0, 65_536, 257)) * 8)

    greys = _greys(encoded(ramp, form))

    assert all(abs(grey - x) <= 2 for x, grey in enumerate(greys))


def test_sixteen_bits_of_grey_in_big_endian_are_scaled_too() -> None:
    rows = struct.pack(">256H", *range(0, 65_536, 257)) * 8
    content = encoded(Image.frombytes("I;16B", (256, 8), rows), "TIFF")

    assert all(abs(grey - x) <= 2 for x, grey in enumerate(_greys(content)))


def test_sixteen_bits_of_colour_are_scaled() -> None:
    pixel = struct.pack(">3H", 0xFFFF, 0x8080, 0x0000)
    content = png((2, 1), depth=16, colour=2, rows=b"\0" + pixel * 2)

    red, green, blue = decoded(prepare(content, max_side=1600).content).getpixel((0, 0))  # type: ignore[misc]  # RGB

    assert (red > 250, abs(green - 128) <= 4, blue < 5) == (True, True, True)


@pytest.mark.parametrize(
    ("mode", "darkest", "lightest"), [("I", -70_000, 90_000), ("F", 0.5, 0.75)]
)
def test_pixels_without_a_scale_are_spread_from_black_to_white(
    mode: str, darkest: float, lightest: float
) -> None:
    greys = _greys(encoded(_ramp(mode, darkest, lightest), "TIFF"))
    assert all(abs(grey - x) <= 2 for x, grey in enumerate(greys))


def test_one_value_without_a_scale_is_a_picture_too() -> None:
    assert set(_greys(encoded(Image.new("F", (8, 8), 3.5), "TIFF"))) == {0}


@pytest.mark.parametrize("form", ["PNG", "TIFF", "GIF", "BMP"])
def test_one_bit_is_black_and_white(form: str) -> None:
    picture = quarters(("black", "white", "white", "black")).convert("1")
    content = encoded(picture, form)
    assert seen(prepare(content, max_side=1600).content) == ("black", "white", "white", "black")


def test_a_palette_is_looked_up() -> None:
    content = encoded(quarters().convert("P"), "PNG")
    assert seen(prepare(content, max_side=1600).content) == UPRIGHT


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_what_is_transparent_becomes_white(form: str) -> None:
    picture = quarters(("red", "lime", "blue", "black")).convert("RGBA")
    picture.paste((0, 0, 0, 0), (24, 32, 48, 64))

    content = encoded(picture, form)

    assert seen(prepare(content, max_side=1600).content) == UPRIGHT


def test_what_is_half_transparent_is_half_white() -> None:
    content = encoded(Image.new("RGBA", (16, 16), (0, 0, 0, 128)), "PNG")
    pixel = decoded(prepare(content, max_side=1600).content).getpixel((8, 8))
    assert all(abs(value - 127) <= 2 for value in pixel)  # type: ignore[union-attr]  # RGB


def test_grey_with_transparency_stays_grey() -> None:
    content = encoded(Image.new("LA", (16, 16), (0, 128)), "PNG")
    assert all(abs(grey - 127) <= 2 for grey in _greys(content))


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_transparent_entry_of_a_palette_becomes_white(form: str) -> None:
    picture = quarters(("red", "lime", "blue", "black")).convert("P")
    black = picture.getpixel((40, 60))
    content = encoded(picture, form, transparency=black)
    assert seen(prepare(content, max_side=1600).content) == UPRIGHT


def test_a_transparent_grey_becomes_white() -> None:
    transparent = chunk(b"tRNS", struct.pack(">H", 0))
    content = png((2, 1), transparent, rows=b"\0\0\0")
    assert all(grey > 250 for grey in _greys(content))


def _blue_and_red_exchanged() -> bytes:
    """sRGB whose primaries have changed names."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"xXYZ").replace(b"bXYZ", b"rXYZ").replace(b"xXYZ", b"bXYZ")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_profile_is_obeyed_and_dropped(form: str) -> None:
    content = encoded(quarters(), form, icc_profile=_blue_and_red_exchanged())
    prepared = prepare(content, max_side=1600)
    assert seen(prepared.content) == ("blue", "lime", "red", "white")


@pytest.mark.parametrize("profile", [b"garbage", _blue_and_red_exchanged()])
def test_a_profile_that_is_broken_or_of_other_pixels_is_passed_over(profile: bytes) -> None:
    content = encoded(Image.new("L", (16, 16), 200), "JPEG", icc_profile=profile)
    assert all(abs(grey - 200) <= 1 for grey in _greys(content))


def test_thin_coloured_letters_of_a_screenshot_keep_their_colour() -> None:
    stripes = Image.new("RGB", (64, 64), "blue")
    for x in range(0, 64, 4):
        stripes.paste("red", (x, 0, x + 1, 64))

    picture = decoded(prepare(encoded(stripes, "PNG"), max_side=1600).content)

    assert {nearest(picture.getpixel((x, 32))) for x in range(0, 64, 4)} == {"red"}
