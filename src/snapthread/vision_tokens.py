"""Vision tokens: the cost of an image before it is sent, and how large the model sees it. Pure.

Source: OpenAI's images and vision guide, as of September 2026. Two families of models: one counts
patches of 32 by 32 pixels, the other tiles of 512 by 512. Neither ever makes an image larger.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

PATCH: Final = 32
PATCHES_MAX: Final = 30_000  # after resizing; more is refused, not made smaller
# Where nobody chose how closely to look, a picture costs at most this, on any model: 3,000 tokens
# where a patch counts 1.2. Newer models would take 30,000 (docs/decisions/0024).
PATCHES_UNASKED: Final = 2500
TILE: Final = 512
TILED_BOX: Final = 2048
TILED_SHORT: Final = 768
LOW_BOX: Final = 512

Size = tuple[int, int]  # width, height; upright or not is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailLevel:
    """One level of detail of a patch model: a box that the image fits in, a budget of patches."""

    box: int
    patches: int = PATCHES_MAX

    def seen(self, size: Size) -> Size:
        return _within_budget(_within_box(size, self.box), self.patches)

    def useful(self, size: Size, *, at_most: int = PATCHES_MAX) -> Size:
        return _largest_within(_within_box(size, self.box), min(self.patches, at_most))

    def most(self, side: int, *, at_most: int = PATCHES_MAX) -> int:
        return min(self.patches, at_most, _count((min(side, self.box),) * 2, PATCH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Patches:
    """A model that counts patches; what it calls `auto` is one of the other levels."""

    low: DetailLevel
    high: DetailLevel
    original: DetailLevel
    auto: DetailLevel
    multiplier: Fraction

    def seen(self, size: Size, detail: str) -> Size:
        return self._look(detail).seen(size)

    def tokens(self, size: Size, detail: str) -> int:
        return math.ceil(_count(self.seen(size, detail), PATCH) * self.multiplier)

    def useful(self, size: Size, detail: str) -> Size:
        return self._look(detail).useful(size, at_most=_patch_bound(detail))

    def most(self, side: int, detail: str) -> int:
        patches = self._look(detail).most(side, at_most=_patch_bound(detail))
        return math.ceil(patches * self.multiplier)

    def _look(self, detail: str) -> DetailLevel:
        looks = {"low": self.low, "high": self.high, "original": self.original, "auto": self.auto}
        return looks[detail]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """A model that counts tiles; at `low` an image costs the base alone."""

    base: int
    tile: int

    def seen(self, size: Size, detail: str) -> Size:
        if detail == "low":
            return _within_box(size, LOW_BOX)
        return _short_within(_within_box(size, TILED_BOX), TILED_SHORT)

    def useful(self, size: Size, detail: str) -> Size:
        return self.seen(size, detail)

    def tokens(self, size: Size, detail: str) -> int:
        if detail == "low":
            return self.base
        return self.base + self.tile * _count(self.seen(size, detail), TILE)

    def most(self, side: int, detail: str) -> int:
        """The most tokens of a long image: a square is made smaller."""
        if detail == "low":
            return self.base
        longest = min(side, TILED_BOX), min(side, TILED_SHORT)
        return self.base + self.tile * _count(longest, TILE)


def _one_look(look: DetailLevel, multiplier: str) -> Patches:
    return Patches(low=look, high=look, original=look, auto=look, multiplier=Fraction(multiplier))


def _looks(
    *, low: DetailLevel, high: DetailLevel, original: DetailLevel, auto: DetailLevel
) -> Patches:
    return Patches(low=low, high=high, original=original, auto=auto, multiplier=Fraction("1.2"))


# The guide's table. Where a model does not know `original`, the API refuses it: counted as `high`.
_LOW = DetailLevel(box=LOW_BOX)
_SMALL = DetailLevel(box=2048, patches=2500)
_LARGE = DetailLevel(box=2048, patches=6144)
_WIDE = DetailLevel(box=6000, patches=10_000)
_WHOLE = DetailLevel(box=65_535)
_ASTRA = _looks(low=_LOW, high=DetailLevel(box=65_535, patches=2500), original=_WHOLE, auto=_WHOLE)

_FAMILIES: Final[tuple[tuple[str, Patches | Tiles], ...]] = (
    # The guide's stored copies name gpt-6-astra alone. Assumed alike: its sisters and successors;
    # every model of 2026 has the multiplier 1.2.
    (r"gpt-6(\.[12])?-(astra|sol|terra|luna)", _ASTRA),
    (r"gpt-5\.6-(sol|terra|luna)", _looks(low=_LOW, high=_SMALL, original=_WHOLE, auto=_WHOLE)),
    (r"gpt-5\.5", _looks(low=_LOW, high=_SMALL, original=_WIDE, auto=_WIDE)),
    # Not a slip: their `low` has the larger budget.
    (r"gpt-5\.4(-mini|-nano)?", _looks(low=_LARGE, high=_SMALL, original=_WIDE, auto=_SMALL)),
    (r"gpt-5\.2", _one_look(_LARGE, "1.2")),
    (r"gpt-4\.1-mini", _one_look(_LARGE, "1.62")),
    # Leaving or gone; of these the guide keeps the multiplier alone. Assumed: as gpt-4.1-mini.
    (r"gpt-5-mini", _one_look(_LARGE, "1.2")),
    (r"gpt-5-nano", _one_look(_LARGE, "1.5")),
    (r"gpt-4\.1-nano", _one_look(_LARGE, "2.46")),
    (r"o4-mini", _one_look(_LARGE, "1.72")),
    (r"gpt-5(\.1)?", Tiles(base=70, tile=140)),
    (r"gpt-4o|gpt-4\.1", Tiles(base=85, tile=170)),
    (r"gpt-4o-mini", Tiles(base=2833, tile=5667)),
    (r"o1|o1-pro|o3", Tiles(base=75, tile=150)),
)
# Of a model that is not in the table: as the newer ones count at `high`.
_USUAL: Final = _one_look(DetailLevel(box=65_535, patches=PATCHES_UNASKED), "1.2")
_SNAPSHOT: Final = r"(-20\d\d-\d\d-\d\d)?"  # a dated id has the rules of its model


class Sight(NamedTuple):
    """A model and how closely it looks at an image: pixels beyond that are not uploaded."""

    model: str
    detail: str

    def useful(self, size: Size, max_side: int = 0) -> Size:
        """The size worth uploading: seen whole, never larger, within a bound on the long side.

        `max_side` 0: no bound but the model's.
        """
        useful = _family(self.model).useful(size, self.detail)
        if not max_side or max(useful) <= max_side:
            return useful
        scale = max_side / max(size)
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


class Cut(NamedTuple):
    """A part cut out of a long picture: the size that the whole is made first, before it is turned
    upright, and the box of it (left, top, right, bottom). The same again gives the same part."""

    size: Size
    box: tuple[int, int, int, int]


COUNTED_KEPT: Final = 1024  # sizes of images: a conversation's are counted for each request
ANYBODY: Final = Sight(model="", detail="auto")  # a model that nothing is known of


@lru_cache(COUNTED_KEPT)
def image_tokens(model: str, width: int, height: int, detail: str) -> int:
    """Tokens that the API will count for an image of these pixels.

    `detail`: low, high, auto or original. An image that the API would refuse for its patches
    counts as the largest that it takes; of an unknown model the usual is assumed.
    """
    return _family(model).tokens((width, height), detail)


def most_image_tokens(model: str, side: int, detail: str) -> int:
    """The most that an image costs after `Sight.useful`, whatever its shape; 0: any side."""
    return _family(model).most(side or _WHOLE.box, detail)


def _patch_bound(detail: str) -> int:
    return PATCHES_UNASKED if detail == "auto" else PATCHES_MAX


def _family(model: str) -> Patches | Tiles:
    name = model.rpartition("/")[2]  # gateways put the maker before it
    for pattern, family in _FAMILIES:
        if re.fullmatch(f"(?:{pattern}){_SNAPSHOT}", name):
            return family
    return _USUAL


def _count(size: Size, side: int) -> int:
    return math.ceil(size[0] / side) * math.ceil(size[1] / side)


def _scaled(size: Size, scale: Fraction) -> Size:
    """Rounded down, as the guide does; never without a pixel."""
    return max(1, math.floor(size[0] * scale)), max(1, math.floor(size[1] * scale))


def _within_box(size: Size, box: int) -> Size:
    return _scaled(size, min(Fraction(1), Fraction(box, max(size))))


def _short_within(size: Size, short: int) -> Size:
    return _scaled(size, min(Fraction(1), Fraction(short, min(size))))


def _within_budget(size: Size, budget: int) -> Size:
    """The guide's resizing, in whole numbers: f = √(32² · budget / (w · h)), then the side that

    loses more by it is cut to whole patches, and the other one follows.
    """
    if _count(size, PATCH) <= budget:
        return size
    width, height = size
    columns = math.isqrt(budget * width // height)  # ⌊w · f / 32⌋
    rows = math.isqrt(budget * height // width)
    of_width, of_height = Fraction(columns * PATCH, width), Fraction(rows * PATCH, height)
    return _scaled(size, min(of_width, of_height))


def _largest_within(size: Size, budget: int) -> Size:
    """The largest that the budget holds. The guide's own resizing, which loses up to a row and a

    column of patches, then leaves it as it is.
    """
    if _count(size, PATCH) <= budget:
        return size
    width, height = size
    columns, rows = math.isqrt(budget * width // height), math.isqrt(budget * height // width)
    wide = [(n, budget // n) for n in (columns, columns + 1) if n]
    tall = [(budget // n, n) for n in (rows, rows + 1) if n]
    scales = [
        min(Fraction(across * PATCH, width), Fraction(down * PATCH, height))
        for across, down in (*wide, *tall)
    ]
    return _scaled(size, max(scales))
