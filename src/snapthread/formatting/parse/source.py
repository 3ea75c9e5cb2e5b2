"""Markdown made ready for the parser: maths, HTML and stray pipes can no longer be misread."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.delimiters import (
    FormulaPlace,
    find_formulas,
    guard_strong,
    without_formulas,
)
from snapthread.formatting.parse.hidden import without_hidden
from snapthread.formatting.parse.parser import unused_definitions
from snapthread.formatting.parse.regions import find_regions
from snapthread.formatting.parse.tags import RawTag, elements, find_tags, raw_tag
from snapthread.formatting.text import clean

_COLUMNS_MAX: Final = 20  # as in Telegram's own rich tables
_RULE_OF_TABLE: Final = re.compile(r"(?m)^[-|: \t>]{40,}$")
_DEFINITION: Final = re.compile(r"\[[^\[\]\n]+\]:")
_SPECIAL: Final = re.compile(r"[$<|\ufdd3]|\\[(\[]|\*\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFormula:
    """LaTeX as it stands in the text, with its delimiters, and without them."""

    written: str
    latex: str
    is_display: bool


TakenOut = RawFormula | RawTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text for the parser, and the formulas and tags that were taken out of it."""

    text: str
    raw: bytes  # the text in UTF-8: the parser counts bytes
    taken_out: tuple[TakenOut, ...] = ()

    def restore(self, text: str) -> str:
        """As the author wrote it: for code and addresses, which are never changed."""
        return marks.plain(marks.TAKEN_OUT.sub(self._restore_one, text))

    def _restore_one(self, found: re.Match[str]) -> str:
        return self.taken_out[int(found[1])].written


def tame(markdown: str, *, is_draft: bool = False) -> str:
    """Clean, without what is not to be seen, and without a table so wide that the parser would
    make millions of cells of it."""
    text = without_hidden(clean(markdown), is_draft=is_draft)
    text = _RULE_OF_TABLE.sub(_without_huge_rule, text)
    return _with_definitions(text)


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


def prepare(text: str, *, is_draft: bool = False) -> Source:
    """The text is tamed already; that of a draft may hold our signs."""
    if not _SPECIAL.search(text):
        return Source(text=text, raw=text.encode())
    regions = find_regions(text)
    masked = regions.mask_code(text)
    places = find_formulas(masked)
    found = _in_order(masked, places, is_draft)
    text = regions.hide_tags(text)
    text = regions.hide_pipes(text, without_formulas(masked, places))
    return _take_out(text, masked, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A stretch to take out, and how it is read."""

    start: int
    end: int
    read: Callable[[str], TakenOut]


def _in_order(masked: str, formulas: list[FormulaPlace], is_draft: bool) -> list[_Found]:
    """Formulas and tags, apart: what begins inside another is part of it."""
    found = [
        _Found(start=place.start, end=place.end, read=partial(_raw_formula, place.width))
        for place in formulas
    ]
    for first, last in elements(masked, find_tags(masked, is_draft=is_draft)):
        read = partial(raw_tag, first, last)
        found.append(_Found(start=first.start, end=last.end, read=read))
    apart: list[_Found] = []
    for each in sorted(found, key=lambda each: each.start):
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return apart


def _take_out(text: str, masked: str, places: list[_Found]) -> Source:
    texts: list[str] = []
    masks: list[str] = []
    taken: list[TakenOut] = []
    done = 0
    for place in places:
        sign = marks.placeholder(len(taken))
        taken.append(place.read(marks.plain(text[place.start : place.end])))
        texts += [text[done : place.start], sign]
        masks += [masked[done : place.start], sign]
        done = place.end
    guarded = guard_strong("".join([*texts, text[done:]]), "".join([*masks, masked[done:]]))
    return Source(text=guarded, raw=guarded.encode(), taken_out=tuple(taken))


def _raw_formula(width: int, written: str) -> RawFormula:
    first, *others = written[width:-width].split("\n")
    if all(line.lstrip().startswith(">") for line in others):  # inside a quote
        others = [line.lstrip().lstrip(">") for line in others]
    latex = "\n".join([first, *others]).strip()
    is_display = written.startswith(("$$", "\\["))
    return RawFormula(written=written, latex=latex, is_display=is_display)
