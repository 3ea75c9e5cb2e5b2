"""A very tall or wide picture in overlapping tiles, so that its text stays readable. Pure."""

from fractions import Fraction
from math import ceil
from typing import Final, NamedTuple

from snapthread.vision_tokens import Cut, Sight, Size

TILES_MAX: Final = 6
# Letters of 12 pixels keep at least 9: below that, reading fails (docs/decisions/0024).
READABLE: Final = Fraction(3, 4)
# Where a model looks no closer than this, however the picture is cut, cutting does not help.
_WORTH_CUTTING: Final = Fraction(3, 5)
_LONG: Final = 2  # times as long as wide: more than any camera makes, less than a phone's screen
# So much of the short side is shown twice: no line of text is cut in both of its tiles.
_OVERLAP: Final = 12
_OVERLAP_LEAST: Final = 64  # pixels

Box = tuple[int, int, int, int]  # left, top, right, bottom


class Plan(NamedTuple):
    """The size that a picture is made, and the boxes that are cut out of it, in reading order."""

    size: Size
    boxes: tuple[Box, ...]
    is_too_long: bool = False  # only more than TILES_MAX would keep its text readable


def plan_tiles(size: Size, sight: Sight, max_side: int, *, tiles: bool, cut: Cut | None) -> Plan:
    """`cut`: one part, as it was planned before."""
    if cut is not None:
        return Plan(cut.size, (cut.box,))
    return (in_tiles if tiles else whole)(size, sight, max_side)


def whole(size: Size, sight: Sight, max_side: int) -> Plan:
    made = sight.useful(size, max_side)
    return Plan(made, ((0, 0, *made),))


def in_tiles(size: Size, sight: Sight, max_side: int) -> Plan:
    """As few tiles as keep the text readable; one where that is so, or cutting does not help."""
    one = whole(size, sight, max_side)
    short, long = min(size), max(size)
    best = _scale((short, short), sight, max_side)
    least = min(READABLE, best)
    if long <= _LONG * short or best < _WORTH_CUTTING or _scale(size, sight, max_side) >= READABLE:
        return one
    for count in range(2, TILES_MAX + 1):
        piece = (short, _length(short, long, count))
        if _scale(piece, sight, max_side) >= least:
            return _cut_plan(size, count, piece, sight.useful(piece, max_side))
    return one._replace(is_too_long=True)


def _scale(size: Size, sight: Sight, max_side: int) -> Fraction:
    useful = sight.useful(size, max_side)
    return min(Fraction(useful[0], size[0]), Fraction(useful[1], size[1]))


def _length(short: int, long: int, count: int) -> int:
    overlap = max(_OVERLAP_LEAST, short // _OVERLAP)
    return ceil((long + (count - 1) * overlap) / count)


def _cut_plan(size: Size, count: int, piece: Size, tile: Size) -> Plan:
    """`tile`: a piece as large as it goes up. Both with their short side first."""
    width = tile[0]
    length = max(tile[1], round(Fraction(max(size) * tile[1], piece[1])))
    starts = [round(n * (length - tile[1]) / (count - 1)) for n in range(count)]
    if size[1] > size[0]:
        return Plan((width, length), tuple((0, at, width, at + tile[1]) for at in starts))
    return Plan((length, width), tuple((at, 0, at + tile[1], width) for at in starts))
