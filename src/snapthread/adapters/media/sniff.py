"""Says what bytes are, by the bytes alone: a name or a declared type is the sender's claim."""

from typing import Final, Literal

from snapthread.errors import ImageRefused

# Named as Pillow names them.
ImageFormat = Literal["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF", "AVIF"]

_IMAGES: Final[tuple[tuple[int, bytes, ImageFormat], ...]] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WEBP"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"II*\0", "TIFF"),  # BigTIFF (II+) is for files beyond 4 GB: none of ours
    (0, b"MM\0*", "TIFF"),
)
# "BM" also opens many a text: the size of the header that follows must be one that exists.
_BMP_HEADERS: Final = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
# ISO base media files say what they are in their brands (ISO/IEC 23008-12, AVIF 1.1).
_BRANDS: Final[dict[bytes, ImageFormat]] = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "HEIF"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "HEIF"),
}
_BRANDS_OF_ANY_CODEC: Final = (b"mif1", b"msf1")

_OTHERS: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"%PDF-", "pdf"),
    (0, b"8BPS", "psd"),
    (0, b"\0\0\0\x0cJXL ", "jpeg xl"),
    (0, b"\xff\x0a", "jpeg xl"),
    (0, b"\0\0\0\x0cjP  ", "jpeg 2000"),
    (0, b"\0\0\1\0", "ico"),
    (0, b"\x1aE\xdf\xa3", "video"),  # Matroska, WebM: video stickers
    (8, b"AVI ", "video"),
    (8, b"WAVE", "audio"),
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    (0, b"PK\3\4", "zip"),
    (0, b"\x1f\x8b", "gzip"),  # animated stickers
)


def recognise(content: bytes) -> ImageFormat:
    """The format of an image we take; anything else is refused by its name."""
    if not content:
        raise ImageRefused("empty")
    for offset, magic, form in _IMAGES:
        if content.startswith(magic, offset):
            return form
    if content[4:8] == b"ftyp":
        return _by_brand(content)
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    raise ImageRefused("unsupported_type", _other(content))


def _by_brand(content: bytes) -> ImageFormat:
    end = min(int.from_bytes(content[:4], "big"), 256)
    brands = [content[8:12], *(content[at : at + 4] for at in range(16, end, 4))]
    for brand in brands:
        if brand in _BRANDS:
            return _BRANDS[brand]
    if brands[0] in _BRANDS_OF_ANY_CODEC:
        return "HEIF"
    raise ImageRefused("unsupported_type", "video")


def _other(content: bytes) -> str:
    for offset, magic, name in _OTHERS:
        if content.startswith(magic, offset):
            return name
    beginning = content[:1024]
    if b"<svg" in beginning:
        return "svg"
    return "text" if _is_text(beginning) else "unknown"


def _is_text(beginning: bytes) -> bool:
    # A character may be cut at the end, hence "ignore"; a zero byte is in no text.
    text = beginning.decode("utf-8", "ignore").encode()
    return len(text) >= len(beginning) - 3 and b"\0" not in beginning
