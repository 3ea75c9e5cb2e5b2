"""Every bad input has its fault, and bombs are refused by their header."""

import asyncio
import gzip
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from snapthread.adapters.media import Images, prepare
from snapthread.adapters.media.jpeg import SCANS_MAX
from snapthread.errors import ImageRefused
from snapthread.faults import ImageFault
from snapthread.limits import PIXELS_MAX
from tests.media.pictures import SAMPLES, chunk, encoded, noise, png, quarters

MEGABYTES = zlib.compress(bytes(8 << 20))

OTHERS = {
    "pdf": b"%PDF-1.7\n1 0 obj",
    "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "text": "BM, привет".encode(),
    "video": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "audio": b"OggS\0\2",
    "zip": b"PK\3\4\x14\0",
    "gzip": gzip.compress(b"{}"),
    "psd": b"8BPS\0\1",
    "ico": b"\0\0\1\0\1\0",
    "jpeg xl": b"\xff\x0a\xfa\x1f",
    "unknown": bytes(range(128, 256)),
}


def fault_of(content: bytes) -> ImageFault:
    with pytest.raises(ImageRefused) as refused:
        prepare(content, max_side=1600)
    return refused.value.fault


def test_nothing_is_empty() -> None:
    assert fault_of(b"") == "empty"


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_image_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ImageRefused, match=f"^unsupported_type: {name}$"):
        prepare(OTHERS[name], max_side=1600)


@pytest.mark.parametrize("form", SAMPLES)
def test_an_image_that_breaks_off_is_unreadable(form: str) -> None:
    whole = SAMPLES[form] if form == "HEIF" else encoded(noise((64, 64)), form)
    assert fault_of(whole[: len(whole) * 2 // 3]) == "unreadable"


@pytest.mark.parametrize("form", SAMPLES)
def test_a_beginning_alone_is_unreadable(form: str) -> None:
    assert fault_of(SAMPLES[form][:24]) == "unreadable"


def test_another_decoder_is_not_tried() -> None:
    bitmap_in_disguise = b"P4 16 4\nWEBP1234"  # Pillow would take it, but not for WebP
    assert Image.open(BytesIO(bitmap_in_disguise)).format == "PPM"
    assert fault_of(bitmap_in_disguise) == "unreadable"


def test_a_damaged_png_is_unreadable() -> None:
    pixels = SAMPLES["PNG"].index(b"IDAT") + 10
    damaged = SAMPLES["PNG"][:pixels] + b"\0\0\0\0" + SAMPLES["PNG"][pixels + 4 :]
    assert fault_of(damaged) == "unreadable"


def test_pixels_without_a_way_to_rgb_are_unsupported_and_not_damaged() -> None:
    lab = encoded(Image.new("LAB", (4, 4)), "TIFF")
    assert fault_of(lab) == "unsupported_variant"


def _jpeg_of_another_kind(marker: int, bits: int = 8) -> bytes:
    frame = SAMPLES["JPEG"].index(b"\xff\xc0")
    changed = bytes([0xFF, marker]) + SAMPLES["JPEG"][frame + 2 : frame + 4] + bytes([bits])
    return SAMPLES["JPEG"][:frame] + changed + SAMPLES["JPEG"][frame + 5 :]


@pytest.mark.parametrize(
    "content",
    [
        _jpeg_of_another_kind(0xC3),  # lossless
        _jpeg_of_another_kind(0xC1, bits=12),
        SAMPLES["BMP"][:30] + struct.pack("<I", 4) + SAMPLES["BMP"][34:],  # a JPEG in a BMP
        SAMPLES["BMP"][:28] + struct.pack("<H", 2) + SAMPLES["BMP"][30:],  # 2 bits a pixel
    ],
    ids=["lossless JPEG", "JPEG of 12 bits", "JPEG in BMP", "BMP of 2 bits"],
)
def test_what_is_only_unsupported_is_not_called_damaged(content: bytes) -> None:
    assert fault_of(content) == "unsupported_variant"


def test_a_jpeg_whose_samples_are_none_broke_us_before_it_was_opened() -> None:
    frame = b"\x08\0\x10\0\x10\3" + bytes([1, 0, 0, 2, 0, 0, 3, 0, 0])
    progressive = b"\xff\xd8\xff\xc2" + (len(frame) + 2).to_bytes(2) + frame + b"\xff\xd9"
    with pytest.raises(ImageRefused, match="unreadable"):
        asyncio.run(Images().prepare(progressive))


def test_a_png_of_two_gigapixels_is_refused() -> None:
    assert fault_of(png((50_000, 50_000), depth=1)) == "too_many_pixels"


def test_just_over_the_most_pixels_is_refused() -> None:
    assert fault_of(png((PIXELS_MAX // 1000 + 1, 1000), depth=1)) == "too_many_pixels"


def test_just_the_most_pixels_is_not_refused_for_its_size() -> None:
    without_rows = png((PIXELS_MAX // 1000, 1000), depth=1)
    assert fault_of(without_rows) == "unreadable"


def _jpeg_of(width: int, height: int) -> bytes:
    frame = SAMPLES["JPEG"].index(b"\xff\xc0") + 5
    size = struct.pack(">HH", height, width)
    return SAMPLES["JPEG"][:frame] + size + SAMPLES["JPEG"][frame + 4 :]


def _webp_of(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    moving = encoded(quarters(), "WEBP", save_all=True, append_images=[noise((48, 64))])
    return moving[:24] + canvas + moving[30:]


def _heic_of(width: int, height: int) -> bytes:
    size = SAMPLES["HEIF"].index(b"ispe") + 8
    return SAMPLES["HEIF"][:size] + struct.pack(">II", width, height) + SAMPLES["HEIF"][size + 8 :]


@pytest.mark.parametrize(
    "bomb",
    [
        _jpeg_of(10_000, 6_000),
        _jpeg_of(65_000, 65_000),
        _webp_of(10_000, 6_000),
        _webp_of(16_000, 16_000),
        _heic_of(10_000, 6_000),
        SAMPLES["GIF"][:6] + struct.pack("<HH", 10_000, 6_000) + SAMPLES["GIF"][10:],
        SAMPLES["BMP"][:18] + struct.pack("<II", 10_000, 6_000) + SAMPLES["BMP"][26:],
    ],
)
def test_other_bombs_are_refused_by_their_header_too(bomb: bytes) -> None:
    assert fault_of(bomb) == "too_many_pixels"
    with pytest.raises(ImageRefused, match="too_many_pixels"):
        asyncio.run(Images().prepare(bomb))


@pytest.mark.parametrize(
    "bomb",
    [chunk(b"zTXt", b"a\0\0" + MEGABYTES), chunk(b"iCCP", b"a\0\0" + MEGABYTES)],
    ids=["text", "profile"],
)
def test_metadata_that_unpacks_into_megabytes_is_left_packed(bomb: bytes) -> None:
    prepared = prepare(png((1, 1), bomb, rows=b"\0\0"))
    assert (prepared.width, prepared.height) == (1, 1)


def _jpeg_of_scans(count: int) -> bytes:
    picture = encoded(quarters(), "JPEG", progressive=True)
    last, scans = picture.rindex(b"\xff\xda"), picture.count(b"\xff\xda")
    return picture[:-2] + picture[last:-2] * (count - scans) + b"\xff\xd9"


def test_a_jpeg_of_as_many_scans_as_an_encoder_may_write_is_taken() -> None:
    assert prepare(_jpeg_of_scans(SCANS_MAX), max_side=1600).is_passed_through


def test_a_jpeg_of_very_many_scans_is_refused() -> None:
    with pytest.raises(ImageRefused, match=f"unreadable: {SCANS_MAX + 1} scans"):
        prepare(_jpeg_of_scans(SCANS_MAX + 1), max_side=1600)
