"""Nothing about the photographer leaves: proven by looking through the bytes that come out."""

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from snapthread.adapters.media import prepare
from snapthread.adapters.media.jpeg import is_bare
from tests.media.pictures import HEIC, SAMPLES, encoded, quarters

SECRET = b"SECRET"


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 29: "SECRET-GPS"})
    return exif


def _png() -> bytes:
    text = PngInfo()
    text.add_text("Comment", "SECRET-TEXT")
    text.add_itxt("XML:com.adobe.xmp", "SECRET-XMP")
    return encoded(quarters(), "PNG", pnginfo=text, exif=_exif())


FILES = {
    "JPEG": encoded(quarters(), "JPEG", exif=_exif(), xmp=b"SECRET-XMP", comment=b"SECRET"),
    "JPEG, only a comment": encoded(quarters(), "JPEG", comment=b"SECRET"),
    "JPEG, only a profile": encoded(quarters(), "JPEG", icc_profile=b"SECRET-ICC"),
    "JPEG, something behind it": SAMPLES["JPEG"] + SECRET,
    "PNG": _png(),
    "PNG, something behind it": SAMPLES["PNG"] + SECRET,
    "WEBP": encoded(quarters(), "WEBP", exif=_exif(), xmp=b"SECRET-XMP"),
    "GIF": encoded(quarters(), "GIF", comment=b"SECRET"),
    "TIFF": encoded(quarters(), "TIFF", exif=_exif()),
    "AVIF": encoded(quarters(), "AVIF", exif=_exif(), xmp=b"SECRET-XMP"),
    "HEIF": HEIC,
}


@pytest.mark.parametrize("name", FILES)
def test_no_metadata_comes_out(name: str) -> None:
    assert SECRET in FILES[name]

    prepared = prepare(FILES[name], max_side=1600)

    assert SECRET not in prepared.content
    assert is_bare(prepared.content)
    assert not prepared.is_passed_through
