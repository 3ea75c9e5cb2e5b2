"""A PNG's chunks: all that its picture needs, and nothing else.

Image generators and editors write megabytes of text, which Pillow refuses as a bomb; an animation
that is told wrongly, or an end that is cut off, does not make the first picture a damaged one.
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

_START: Final = 8
_TEXTS: Final = frozenset({b"zTXt", b"iTXt", b"tEXt"})
_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})
_EXIF_AS_TEXT: Final = b"Raw profile type exif\0"  # ImageMagick's, which may turn the picture
_PROFILE_BYTES: Final = 1 << 20  # larger than any that is made
_END: Final = b"\0\0\0\0IEND\xaeB`\x82"


class _Chunk(NamedTuple):
    name: bytes
    start: int
    end: int


def without_needless(content: bytes) -> bytes:
    """The same bytes where there is nothing to leave out and the end is there."""
    chunks = list(_chunks(content))
    kept = [chunk for chunk in chunks if not _is_needless(content, chunk)]
    has_end = bool(kept) and kept[-1].name == b"IEND" and kept[-1].end <= len(content)
    if has_end and len(kept) == len(chunks):
        return content
    parts = [content[chunk.start : chunk.end] for chunk in kept if chunk.name != b"IEND"]
    lacks_only_its_end = not kept or kept[-1].name == b"IEND" or kept[-1].end <= len(content)
    return b"".join([content[:_START], *parts, _END if lacks_only_its_end else b""])


def is_animation(content: bytes) -> bool:
    """More than one picture: by the frames that it announces."""
    controls = [chunk for chunk in _chunks(content) if chunk.name == b"acTL"]
    return any(int.from_bytes(content[at.start + 8 : at.start + 12], "big") > 1 for at in controls)


def _chunks(content: bytes) -> Iterator[_Chunk]:
    """All chunks up to the end; of the last one, as much as there is."""
    start = _START
    while start + 8 <= len(content):
        end = start + 12 + int.from_bytes(content[start : start + 4], "big")
        name = content[start + 4 : start + 8]
        yield _Chunk(name, start, end)
        if name == b"IEND":
            return
        start = end


def _is_needless(content: bytes, chunk: _Chunk) -> bool:
    if chunk.name in _ANIMATION:
        return True
    if chunk.name in _TEXTS:
        return not content.startswith(_EXIF_AS_TEXT, chunk.start + 8)
    return chunk.name == b"iCCP" and _unpacks_beyond(content, chunk)


def _unpacks_beyond(content: bytes, chunk: _Chunk) -> bool:
    body = content[chunk.start + 8 : chunk.end - 4]
    packed = body[body.find(b"\0") + 2 :]
    try:
        return len(zlib.decompressobj().decompress(packed, _PROFILE_BYTES + 1)) > _PROFILE_BYTES
    except zlib.error:
        return True
