"""The duration of a WebM: what its header says, else the time of its last block.

What a browser records has no duration in its header. RFC 8794 (EBML), RFC 9559 (Matroska).
"""

import struct
from collections.abc import Iterator
from typing import Final

EBML: Final = b"\x1a\x45\xdf\xa3"
SEGMENT: Final = 0x18538067
INFO: Final = 0x1549A966
SCALE: Final = 0x2AD7B1  # nanoseconds of a tick
DURATION: Final = 0x4489  # ticks
CLUSTER: Final = 0x1F43B675
TIME: Final = 0xE7  # of a cluster, in ticks
GROUP: Final = 0xA0
BLOCKS: Final = (0xA1, 0xA3)  # each with its time after the cluster's
INSIDE: Final = (SEGMENT, INFO, CLUSTER, GROUP)  # are looked into; the rest is jumped over
MILLISECOND: Final = 1_000_000


def is_webm(content: bytes) -> bool:
    return content.startswith(EBML)


def webm_seconds(content: bytes) -> float | None:
    scale, told, cluster, last = MILLISECOND, 0.0, 0, 0
    for id, data in _elements(content):
        if id == SCALE:
            scale = int.from_bytes(data)
        elif id == DURATION:
            (told,) = struct.unpack(">f" if len(data) == 4 else ">d", data)
        elif id == TIME:
            cluster = int.from_bytes(data)
        elif id in BLOCKS and len(data) >= 4:
            last = max(last, cluster + _time_of_block(data))
    ticks = told or last
    return ticks * scale / 1e9 if ticks else None


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """All elements, as they lie; of one that is not whole what is there."""
    position, end = 0, len(content)
    while position < end:
        id, position = _number(content, position, keeps_length=True)
        size, position = _number(content, position)
        if id not in INSIDE:
            # A block's beginning is enough, and it is most of the file.
            yield id, content[position : position + min(size, 16)]
            position += size


def _number(content: bytes, position: int, *, keeps_length: bool = False) -> tuple[int, int]:
    """A number whose first bits tell its bytes; raises IndexError at the end, ValueError where it
    is none."""
    first = content[position]
    length = 9 - first.bit_length()
    if length > 8:
        raise ValueError("no number")
    value = int.from_bytes(content[position : position + length])
    return value if keeps_length else value & ((1 << 7 * length) - 1), position + length


def _time_of_block(data: bytes) -> int:
    _, position = _number(data, 0)
    return int.from_bytes(data[position : position + 2], signed=True)
