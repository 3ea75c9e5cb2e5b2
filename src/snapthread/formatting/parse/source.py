"""Markdown made ready for the parser: maths, HTML and stray pipes can no longer be misread."""

import re
from dataclasses import dataclass
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.delimiters import (
    FormulaPlace,
    find_formulas,
    guard_strong,
    without_formulas,
)
from snapthread.formatting.parse.parser import unused_definitions
from snapthread.formatting.parse.regions import find_regions
from snapthread.formatting.text import clean

_COLUMNS_MAX: Final = 20  # as in Telegram's own rich tables
_RULE_OF_TABLE: Final = re.compile(r"(?m)^[-|: \t>]{40,}$")
_DEFINITION: Final = re.compile(r"\[[^\[\]\n]+\]:")
_SPECIAL: Final = re.compile(r"[$<|]|\\[(\[]|\*\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFormula:
    """LaTeX as it stands in the text, with its delimiters, and without them."""

    written: str
    latex: str
    is_display: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the parser reads, and the formulas that were taken out of it."""

    text: str
    raw: bytes  # the text in UTF-8: the parser counts bytes
    formulas: tuple[RawFormula, ...] = ()

    def restore(self, text: str) -> str:
        """As the author wrote it: for code and addresses, which are never changed."""
        return marks.plain(marks.FORMULA.sub(self._written, text))

    def _written(self, found: re.Match[str]) -> str:
        return self.formulas[int(found[1])].written


def tamed(markdown: str) -> str:
    """Clean, and without a table so wide that the parser would make millions of cells of it."""
    return _with_definitions(_RULE_OF_TABLE.sub(_without_huge_rule, clean(markdown)))


def _with_definitions(text: str) -> str:
    """A definition that no link uses is text: a list of sources, which the parser would drop."""
    if not _DEFINITION.search(text):
        return text
    raw = text.encode()
    parts: list[str] = []
    done = 0
    for start in unused_definitions(text):
        bracket = raw.index(b"[", start)
        parts += [raw[done:bracket].decode(), marks.ESCAPED]
        done = bracket
    return "".join([*parts, raw[done:].decode()])


def _without_huge_rule(rule: re.Match[str]) -> str:
    is_huge = rule[0].count("|") > _COLUMNS_MAX
    return rule[0].replace("|", marks.PIPE) if is_huge else rule[0]


def prepare(text: str) -> Source:
    """The text is tamed already; that of a draft may hold our signs."""
    if not _SPECIAL.search(text):
        return Source(text=text, raw=text.encode())
    regions = find_regions(text)
    masked = regions.mask_code(text)
    places = find_formulas(masked)
    text = regions.hide_tags(text)
    text = regions.hide_pipes(text, without_formulas(masked, places))
    return _take_out(text, masked, places)


def _take_out(text: str, masked: str, places: list[FormulaPlace]) -> Source:
    texts: list[str] = []
    masks: list[str] = []
    formulas: list[RawFormula] = []
    done = 0
    for place in places:
        sign = marks.formula(len(formulas))
        formulas.append(_raw_formula(marks.plain(text[place.start : place.end]), place.width))
        texts += [text[done : place.start], sign]
        masks += [masked[done : place.start], sign]
        done = place.end
    guarded = guard_strong("".join([*texts, text[done:]]), "".join([*masks, masked[done:]]))
    return Source(text=guarded, raw=guarded.encode(), formulas=tuple(formulas))


def _raw_formula(written: str, width: int) -> RawFormula:
    first, *others = written[width:-width].split("\n")
    if all(line.lstrip().startswith(">") for line in others):  # inside a quote
        others = [line.lstrip().lstrip(">") for line in others]
    latex = "\n".join([first, *others]).strip()
    is_display = written.startswith(("$$", "\\["))
    return RawFormula(written=written, latex=latex, is_display=is_display)
