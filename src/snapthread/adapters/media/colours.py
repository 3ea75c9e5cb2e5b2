"""Every mode of pixels to plain 8-bit grey or RGB in sRGB, transparency on white."""

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

from snapthread.errors import ImageRefused

# Pixels without a scale of their own (TIFF, 32 bits).
UNBOUNDED: Final = frozenset({"I", "F"})
_SIXTEEN_BITS: Final = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_GREY: Final = frozenset({"1", "L", "LA", "La"})
_COLOUR: Final = frozenset({"P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "YCbCr", "HSV"})
_EIGHT_BITS: Final = [round(value * 255 / 65_535) for value in range(65_536)]


def spread_range(band: Image.Image, low: float, high: float) -> Image.Image:
    """From the picture's darkest to its lightest pixel onto 0…255, as viewers of such images do."""
    scale = 255 / (high - low) if high > low else 0.0
    return band.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def plain(band: Image.Image) -> Image.Image:
    """To L, RGB, or CMYK, which stays until its profile has spoken."""
    if band.mode == "CMYK":
        return band
    if band.mode in _SIXTEEN_BITS:
        return _eight_bits(band)
    if band.mode not in _GREY | _COLOUR:
        raise ImageRefused("unsupported_variant", f"pixels of mode {band.mode}")
    return _on_white(band, "L" if band.mode in _GREY else "RGB")


def is_plain(image: Image.Image) -> bool:
    """Nothing is left for `plain` to do."""
    return image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data


def _eight_bits(band: Image.Image) -> Image.Image:
    """Pillow's own conversion to L clips all above 255 to white, and knows no transparent value."""
    transparent = band.info.get("transparency")
    table = _EIGHT_BITS
    if isinstance(transparent, int) and 0 <= transparent < len(table):
        table = [*table[:transparent], 255, *table[transparent + 1 :]]
    return band.convert("I").point(table, "L")


def _on_white(band: Image.Image, mode: str) -> Image.Image:
    if not band.has_transparency_data:
        return band if band.mode == mode else band.convert(mode)
    pixels = band.convert("RGBA")
    white = Image.new("RGB", band.size, "white")
    white.paste(pixels, mask=pixels.getchannel("A"))
    return white.convert(mode)


def in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """A profile that is broken, or not for this kind of pixels, is passed over."""
    mode = "L" if image.mode == "L" else "RGB"
    if icc_profile:
        try:
            return _by_profile(image, icc_profile).convert(mode)
        except (ImageCms.PyCMSError, OSError):
            pass
    return image if image.mode == mode else image.convert(mode)


def _by_profile(image: Image.Image, icc_profile: bytes) -> Image.Image:
    ours, srgb = BytesIO(icc_profile), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, ours, srgb, outputMode="RGB")
    if converted is None:  # only when done in place
        raise ImageCms.PyCMSError("nothing was converted")
    return converted
