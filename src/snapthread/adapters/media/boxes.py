"""The boxes of a HEIC or AVIF (ISO/IEC 14496-12, 23008-12): sizes, and what the sender cut away."""

import re
import struct
from collections.abc import Iterator
from typing import Final

Rectangle = tuple[int, int, int, int]  # left, top, right, bottom

# The size of every part, before the picture is cut out of it ("clap"). Found anywhere, not by
# walking the boxes: a bomb must show, however its file is built.
_PART: Final = re.compile(rb"ispe\0{4}(.{4})(.{4})", re.DOTALL)


def largest_part(content: bytes) -> tuple[int, int] | None:
    sizes = [struct.unpack(">II", b"".join(found)) for found in _PART.findall(content)]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    return (width, height) if width else None


def clean_aperture(content: bytes, size: tuple[int, int]) -> Rectangle | None:
    """The part of the primary item that is meant to be seen, where that is not all of it."""
    try:
        properties = _properties(content)
        clap = next((body for name, body in properties if name == b"clap"), None)
        return None if clap is None else _rectangle(clap, size)
    except (struct.error, IndexError, ZeroDivisionError, KeyError):
        return None


def _rectangle(clap: bytes, size: tuple[int, int]) -> Rectangle | None:
    """Width, height and the offsets of the middles, each a fraction of two whole numbers."""
    numbers = struct.unpack(">IIIIiIiI", clap[:32])
    width, height, right, down = (numbers[i] / numbers[i + 1] for i in (0, 2, 4, 6))
    left = round((size[0] - width) / 2 + right)
    top = round((size[1] - height) / 2 + down)
    cut = (
        max(0, left),
        max(0, top),
        min(size[0], left + round(width)),
        min(size[1], top + round(height)),
    )
    return cut if cut[0] < cut[2] and cut[1] < cut[3] and cut != (0, 0, *size) else None


def _properties(content: bytes) -> list[tuple[bytes, bytes]]:
    """The primary item's properties, in their order."""
    meta = dict(_walk(_find(content, b"meta")[4:]))
    primary = _primary(meta[b"pitm"])
    parts = dict(_walk(meta[b"iprp"]))
    shared = list(_walk(parts[b"ipco"]))
    return [shared[index - 1] for index in _associations(parts[b"ipma"]).get(primary, []) if index]


def _find(content: bytes, name: bytes) -> bytes:
    return next(body for found, body in _walk(content) if found == name)


def _walk(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start)
            start += 8
        end = len(content) if size == 0 else at + size
        if end < start:
            return
        yield name, content[start:end]
        at = end


def _primary(pitm: bytes) -> int:
    return int(struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)[0])


def _associations(ipma: bytes) -> dict[int, list[int]]:
    """Item → the numbers of its properties, counted from 1."""
    version, is_wide = ipma[0], ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    found: dict[int, list[int]] = {}
    at = 8
    for _ in range(count):
        item, many = struct.unpack_from(">IB" if version else ">HB", ipma, at)
        at += 5 if version else 3
        form, step, mask = (">H", 2, 0x7FFF) if is_wide else (">B", 1, 0x7F)
        found[item] = [struct.unpack_from(form, ipma, at + step * n)[0] & mask for n in range(many)]
        at += step * many
    return found
