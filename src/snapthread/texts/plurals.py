"""Plural rules in the notation of CLDR, for whole numbers: `n % 10 = 2..4 and n % 100 != 12..14`.

https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html has those of
every language; where a rule there says `i`, it says `n` here, and what it says of decimals is left
out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

OTHER: Final = "other"  # whatever no rule is about
FORMS: Final = ("zero", "one", "two", "few", "many", OTHER)
_RELATION: Final = re.compile(
    r"n\s*(?:%\s*(\d+))?\s*(!?=)\s*(\d+(?:\.\.\d+)?(?:\s*,\s*\d+(?:\.\.\d+)?)*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    modulus: int | None
    is_negative: bool
    ranges: tuple[tuple[int, int], ...]

    def holds(self, n: int) -> bool:
        value = n if self.modulus is None else n % self.modulus
        return any(low <= value <= high for low, high in self.ranges) != self.is_negative


@dataclass(frozen=True, slots=True)
class Rules:
    """The forms of a language besides `other`; of a form's alternatives, one must hold whole."""

    rules: Mapping[str, tuple[tuple[_Relation, ...], ...]]

    @classmethod
    def read(cls, written: Mapping[str, str]) -> "Rules":
        """Raises ValueError for what is no rule."""
        unknown = set(written) - set(FORMS[:-1])
        if unknown:
            raise ValueError(f"no plural forms: {sorted(unknown)}")
        return cls({form: tuple(_alternatives(rule)) for form, rule in written.items()})

    def form(self, n: int) -> str:
        for form, alternatives in self.rules.items():
            if any(all(each.holds(n) for each in relations) for relations in alternatives):
                return form
        return OTHER

    def forms(self) -> frozenset[str]:
        """Those that some number has; in Russian no whole number is `other`."""
        return frozenset(map(self.form, range(1000)))


def _alternatives(rule: str) -> Iterator[tuple[_Relation, ...]]:
    for alternative in rule.split(" or "):
        yield tuple(_relation(relation.strip()) for relation in alternative.split(" and "))


def _relation(written: str) -> _Relation:
    found = _RELATION.fullmatch(written)
    if found is None:
        raise ValueError(f"no relation of a plural rule: {written!r}")
    ranges = (part.split("..") for part in found[3].replace(" ", "").split(","))
    return _Relation(
        modulus=int(found[1]) if found[1] else None,
        is_negative=found[2] == "!=",
        ranges=tuple((int(part[0]), int(part[-1])) for part in ranges),
    )
