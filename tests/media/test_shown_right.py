"""Whole pictures that were called damaged, or came out turned, cut, grey or as noise."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from snapthread.adapters.media import Prepared, Sight, prepare
from snapthread.adapters.media.jpeg import is_bare
from snapthread.errors import ImageRefused
from tests.media.pictures import (
    CASES,
    SAMPLES,
    SIZE,
    UPRIGHT,
    chunk,
    decoded,
    encoded,
    nearest,
    noise,
    oriented,
    png,
    quarters,
    seen,
    tiff,
)

needs_cases = pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not here")

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r tiff:Orientation="6"/></x:xmpmeta>'
BIG = b"Description\0\0" + zlib.compress(bytes(2 << 20))


@needs_cases
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("png_big_ztxt.png", (200, 120)),
        ("jpeg_without_eoi.jpg", (200, 120)),
        ("avif_clap.avif", (100, 60)),
        ("jpeg_xmp_orientation.jpg", (200, 120)),
        ("png_xmp_orientation.png", (200, 120)),
        ("webp_xmp_orientation.webp", (200, 120)),
        ("png_grey16_trns.png", (64, 64)),
    ],
)
def test_a_picture_of_the_cases_comes_out_whole(name: str, size: tuple[int, int]) -> None:
    prepared = prepare((CASES / name).read_bytes())

    assert (prepared.width, prepared.height) == size
    assert is_bare(prepared.content)


@needs_cases
def test_every_case_is_looked_at() -> None:
    here = Path(__file__)
    tests = here.read_text("utf-8") + here.with_name("test_memory.py").read_text("utf-8")
    names = [case.name for case in CASES.iterdir() if case.suffix != ".md"]

    assert [name for name in names if f'"{name}"' not in tests] == []


@needs_cases
@pytest.mark.parametrize(
    ("name", "tiles"),
    [("screenshot_phone.png", [(1079, 2336)]), ("screenshot_tall.png", [(942, 2656)] * 2)],
)
def test_a_screenshot_of_the_cases_stays_legible(name: str, tiles: list[tuple[int, int]]) -> None:
    sight = Sight("gpt-6-luna", "high")
    prepared = prepare((CASES / name).read_bytes(), sight=sight, tiles=True)
    assert [(tile.width, tile.height) for tile in prepared.tiles] == tiles


@needs_cases
def test_the_transparent_value_of_the_case_is_white() -> None:
    picture = decoded(prepare((CASES / "png_grey16_trns.png").read_bytes()).content)
    assert max(picture.convert("L").tobytes()) > 250


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"tEXt"])
def test_megabytes_of_text_do_not_make_a_png_damaged(name: bytes) -> None:
    start = SAMPLES["PNG"].index(b"IDAT") - 4
    body = BIG if name == b"zTXt" else b"a\0" + bytes(2 << 20)
    wordy = SAMPLES["PNG"][:start] + chunk(name, body) + SAMPLES["PNG"][start:]

    assert seen(prepare(wordy).content) == UPRIGHT


def test_exif_that_came_as_text_still_turns_its_picture() -> None:
    exif = oriented(6).tobytes()
    text = f"\nexif\n{len(exif):8}\n{exif.hex()}\n".encode()
    start = SAMPLES["PNG"].index(b"IDAT") - 4
    body = b"Raw profile type exif\0" + text
    turned = SAMPLES["PNG"][:start] + chunk(b"tEXt", body) + SAMPLES["PNG"][start:]

    assert (prepare(turned).width, prepare(turned).height) == SIZE[::-1]


@pytest.mark.parametrize("cut", [1, 4, 9, 12])
def test_a_png_whose_end_alone_is_cut_is_whole(cut: int) -> None:
    assert seen(prepare(SAMPLES["PNG"][:-cut]).content) == UPRIGHT


@pytest.mark.parametrize("cut", [40, 400])
def test_a_png_cut_in_its_pixels_is_not_whole(cut: int) -> None:
    with pytest.raises(ImageRefused, match="unreadable"):
        prepare(encoded(noise((64, 64)), "PNG")[:-cut])


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("cut", [1, 2])
def test_a_jpeg_whose_end_alone_is_cut_is_whole(cut: int, progressive: bool) -> None:
    whole = encoded(quarters(), "JPEG", quality=95, progressive=progressive)

    prepared = prepare(whole[:-cut])

    assert seen(prepared.content) == UPRIGHT
    assert not prepared.is_passed_through
    assert is_bare(prepared.content)


def test_a_progressive_jpeg_without_its_last_scan_is_not_whole() -> None:
    whole = encoded(noise((64, 64)), "JPEG", progressive=True)
    with pytest.raises(ImageRefused, match="unreadable"):
        prepare(whole[: whole.rindex(b"\xff\xda")])


def _with_xmp(form: str, **more: object) -> bytes:
    if form != "PNG":
        return encoded(quarters(), form, xmp=XMP, **more)
    start = SAMPLES["PNG"].index(b"IDAT") - 4
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    return SAMPLES["PNG"][:start] + text + SAMPLES["PNG"][start:]


def _tiff_with_xmp() -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[700] = 1
    tags[700] = XMP
    return encoded(quarters(), "TIFF", tiffinfo=tags)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_xmp_never_turns_a_picture(form: str) -> None:
    content = _tiff_with_xmp() if form == "TIFF" else _with_xmp(form)
    assert XMP in content

    prepared = prepare(content)

    assert (prepared.width, prepared.height) == SIZE
    assert seen(prepared.content) == UPRIGHT


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def _cropped_avif(clap: tuple[int, ...]) -> bytes:
    """Its clean aperture as one more property of the first item; what lies behind moves along."""
    whole = encoded(quarters(size=(64, 64)), "AVIF", quality=90, subsampling="4:4:4")
    added = _box(b"clap", struct.pack(">IIIIiIiI", *clap))
    ipco, ipma = whole.index(b"ipco") - 4, whole.index(b"ipma") - 4
    old = whole[ipma : ipma + int.from_bytes(whole[ipma : ipma + 4], "big")]
    count = len(re.findall(rb"ispe|pixi|av1C|colr", whole[ipco:ipma]))
    body = bytearray(old[8:])
    body[10] += 1  # version, flags, one item, its id, and how many properties it has
    new = _box(b"ipma", bytes(body) + bytes([0x80 | (count + 1)]))
    properties = _box(b"ipco", whole[ipco + 8 : ipma] + added)
    shift = len(properties) + len(new) - (ipma - ipco) - len(old)
    made = bytearray(whole[:ipco] + properties + new + whole[ipma + len(old) :])
    for name in (b"meta", b"iprp"):
        at = made.index(name) - 4
        made[at : at + 4] = (int.from_bytes(made[at : at + 4], "big") + shift).to_bytes(4, "big")
    _move_extent(made, whole, shift)
    return bytes(made)


def _move_extent(made: bytearray, whole: bytes, shift: int) -> None:
    start = whole.index(b"mdat") + 4
    at = made.index(start.to_bytes(4, "big"), made.index(b"iloc"))
    made[at : at + 4] = (start + shift).to_bytes(4, "big")


def test_what_the_sender_cropped_away_of_an_avif_stays_away() -> None:
    cropped = _cropped_avif((32, 1, 32, 1, 16, 1, -16, 1))  # the top right quarter

    prepared = prepare(cropped)

    assert (prepared.width, prepared.height) == (32, 32)
    assert seen(prepared.content) == ("lime",) * 4


@pytest.mark.parametrize(
    "clap",
    [(32, 0, 32, 1, 0, 1, 0, 1), (0, 1, 0, 1, 0, 1, 0, 1), (9999, 1, 9999, 1, 0, 1, 0, 1)],
    ids=["nothing by nothing", "empty", "larger than the picture"],
)
def test_an_aperture_without_sense_cuts_nothing(clap: tuple[int, ...]) -> None:
    prepared = prepare(_cropped_avif(clap))
    assert seen(prepared.content) == UPRIGHT


def test_a_transparent_grey_of_sixteen_bits_is_white() -> None:
    transparent = chunk(b"tRNS", struct.pack(">H", 0x1234))
    rows = b"\0" + struct.pack(">2H", 0x1234, 0)
    picture = decoded(prepare(png((2, 1), transparent, depth=16, rows=rows)).content)
    assert [round(value / 255) for value in picture.tobytes()] == [1, 0]


def test_around_a_gifs_first_frame_there_is_white() -> None:
    larger = bytearray(encoded(Image.new("RGB", (20, 20), "blue"), "GIF"))
    struct.pack_into("<HH", larger, 6, 40, 40)  # the canvas; its frame stays at 0, 0

    assert seen(prepare(bytes(larger)).content) == ("blue", "white", "white", "white")


@pytest.mark.parametrize(("photometric", "samples"), [(2, 3), (5, 4)], ids=["RGB", "CMYK"])
def test_planes_of_sixteen_bits_are_no_noise(photometric: int, samples: int) -> None:
    values = (0x1234, 0xF1E2, 0xFF01, 0x0102)[:samples]
    planes = [struct.pack("<H", value) * 256 for value in values]
    content = tiff((16, 16), *planes, bits=16, photometric=photometric, samples=samples)

    picture = decoded(prepare(content).content)

    pixels = {nearest(picture.getpixel((x, y))) for x in range(16) for y in range(16)}
    assert len(pixels) == 1
    assert picture.convert("L").resize((2, 2)).getextrema() == picture.convert("L").getextrema()


def test_an_animation_told_wrongly_is_still_a_picture() -> None:
    start = SAMPLES["PNG"].index(b"IDAT") - 4
    frames = chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", b"short")
    told_wrongly = SAMPLES["PNG"][:start] + frames + SAMPLES["PNG"][start:]

    prepared = prepare(told_wrongly)

    assert seen(prepared.content) == UPRIGHT
    assert prepared.is_first_frame


def test_a_comment_is_not_written_into_what_is_made_without_a_copy() -> None:
    talkative = encoded(quarters(size=(1000, 800)), "JPEG", comment=b"SECRET")
    prepared: Prepared = prepare(talkative, max_side=900)
    assert b"SECRET" not in prepared.content
