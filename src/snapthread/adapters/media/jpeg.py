"""Reads the segments of a JPEG without decoding it: is there anything in it but the picture?"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from snapthread.errors import ImageRefused

SOF0, SOF2, DHT, EOI, SOS, DQT, DRI, APP0 = 0xC0, 0xC2, 0xC4, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0
# Baseline and progressive, 8 bits, Huffman: what everything reads.
_PICTURE: Final = frozenset({SOF0, SOF2, DHT, EOI, SOS, DQT, DRI, APP0})
GREY_OR_COLOUR: Final = (1, 3)  # components; 4 is CMYK
# Every kind of frame there is, also those that no decoder here reads.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
_READABLE: Final = frozenset({SOF0, 0xC1, SOF2, 0xC9, 0xCA})
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
        and all(segment.body[5] in GREY_OR_COLOUR for segment in found if segment.is_frame)
        and found[-1].marker == EOI
        and found[-1].end == len(content)
    )


def refuse_odd(content: bytes) -> None:
    """A bomb of scans, and what is no picture of the everyday kind."""
    found = list(segments(content))
    _refuse_scan_bomb(found)
    _refuse_other_kinds(found)


def _refuse_scan_bomb(found: list[Segment]) -> None:
    scans = sum(segment.marker == SOS for segment in found)
    if scans > SCANS_MAX:
        raise ImageRefused("unreadable", f"{scans} scans")


def _refuse_other_kinds(found: list[Segment]) -> None:
    """Lossless, hierarchical or of more than 8 bits: whole, and not for us."""
    for segment in found:
        if segment.marker in FRAMES and len(segment.body) > 5:
            if segment.marker not in _READABLE or segment.body[0] != 8:
                raise ImageRefused("unsupported_variant", f"frame {segment.marker:x}")
            return


def samples_a_pixel(frame: bytes) -> float:
    """3 without subsampling, 1.5 at 4:2:0."""
    factors = [frame[at] for at in range(7, len(frame), 3)]
    areas = [(factor >> 4) * (factor & 15) for factor in factors]
    across, down = max(f >> 4 for f in factors), max(f & 15 for f in factors)
    return sum(areas) / (across * down)


def lacks_only_its_end(content: bytes) -> bool:
    """No EOI, but scans that hold every coefficient: the last one may still break off."""
    found = list(segments(content))
    if not found or found[-1].marker != SOS:
        return False
    frame = next((one for one in found if one.is_frame), None)
    if frame is None:
        return False
    components = {frame.body[at] for at in range(6, len(frame.body), 3)}
    return set(_whole_components(found)) == components


def _whole_components(found: list[Segment]) -> Iterator[int]:
    """Components of which every coefficient has come down to its last bit."""
    come: dict[int, set[int]] = {}
    for scan in (segment.body for segment in found if segment.marker == SOS):
        first, last, bits = scan[-3:]
        if bits & 15 == 0:
            for at in range(1, 1 + 2 * scan[0], 2):
                come.setdefault(scan[at], set()).update(range(first, last + 1))
    return (component for component, whole in come.items() if len(whole) == 64)
