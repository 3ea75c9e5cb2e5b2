"""Reads the segments of a JPEG without decoding it: is there anything in it but the picture?"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from snapthread.errors import ImageRefused

SOF0, SOF2, DHT, EOI, SOS, DQT, DRI, APP0 = 0xC0, 0xC2, 0xC4, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0
# Baseline and progressive, 8 bits, Huffman: what everything reads.
_PICTURE: Final = frozenset({SOF0, SOF2, DHT, EOI, SOS, DQT, DRI, APP0})
_GREY_OR_COLOUR: Final = (1, 3)  # components; 4 is CMYK
# Each scan may cost a walk over all the pixels and take a few bytes of the file. Encoders write
# about 10 (libjpeg's progression) and a few dozen where they search for the smallest file.
SCANS_MAX: Final = 100

# FF 00 is an FF in the data, FF D0…D7 are restarts within it, FF 01 has no body and means nothing.
_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd7])", re.DOTALL)
# "JFIF", version, density, and a thumbnail of 0 by 0.
_BARE_JFIF: Final = re.compile(rb"JFIF\0.{7}\0\0", re.DOTALL)


class Segment(NamedTuple):
    marker: int
    body: bytes
    skipped: int  # bytes that belong to nothing, before it
    end: int

    @property
    def is_frame(self) -> bool:
        return self.marker in (SOF0, SOF2)


def segments(content: bytes) -> Iterator[Segment]:
    """From after the start of the image to its first end, or to where the file breaks off."""
    position, in_scan = 2, False
    while found := _MARKER.search(content, position):
        marker = found[1][0]
        skipped = 0 if in_scan else found.start() - position
        position = found.end()
        if marker == EOI:
            yield Segment(marker, b"", skipped, position)
            return
        end = position + int.from_bytes(content[position : position + 2], "big")
        yield Segment(marker, content[position + 2 : end], skipped, end)
        position, in_scan = end, marker == SOS


def is_bare(content: bytes) -> bool:
    """Nothing but a picture and a bare JFIF header: no metadata, no thumbnail, nothing after it.

    A file that breaks off is not bare: its end is missing.
    """
    found = list(segments(content))
    jfif = [segment for segment in found if segment.marker == APP0]
    return (
        bool(jfif)
        and all(_BARE_JFIF.fullmatch(segment.body) for segment in jfif)
        and all(segment.marker in _PICTURE and not segment.skipped for segment in found)
        and all(segment.body[5] in _GREY_OR_COLOUR for segment in found if segment.is_frame)
        and found[-1].marker == EOI
        and found[-1].end == len(content)
    )


def refuse_scan_bomb(content: bytes) -> None:
    scans = sum(segment.marker == SOS for segment in segments(content))
    if scans > SCANS_MAX:
        raise ImageRefused("unreadable", f"{scans} scans")
