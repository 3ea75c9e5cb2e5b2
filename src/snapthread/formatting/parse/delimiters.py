"""Delimiters that the parser does not know, or reads too strictly: maths, and some bold."""

import re
from dataclasses import dataclass
from typing import Final

from snapthread.formatting.parse import marks

_OPENER: Final = re.compile(
    r"(?<!\\)\\\(|(?<!\\)\\\[|(?<![\\$])\$\$(?!\$)|(?<![\\$A-Za-z0-9])\$(?![\s$])"
)
FORMULA_CLOSERS: Final = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
_LONGEST: Final = 3000  # characters of one formula: a whole derivation fits
_LONGEST_DOLLAR: Final = 300  # "$" may be a price, so little is risked

# What tells maths from prose and from prices.
_STRONG_SIGN: Final = re.compile(r"\\[A-Za-z,;!]|[\^_={}<>≤≥≠≈∈±×÷√∑∫]")
_KNOWN: Final = re.compile(
    r"\\[A-Za-z]+(?:\{[A-Za-z ,.]*\})?|[_^]\{[^{}]*\}"
    r"|\b(?:sin|cos|tan|cot|log|exp|lim|max|min|mod|gcd|lcm|det|arg)\b"
)
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_TOKEN: Final = re.compile(r"[^\sa-z]*[a-z]?[^\sa-z]*")

# Bold that ends in punctuation right before a letter: CommonMark shows the asterisks, and models
# write it all the time in Chinese and Japanese, where no space follows.
_STRONG: Final = re.compile(r"(?<![\\*])\*\*(?![\s*])([^*\n\0]{1,400}?)(?<![\s\\])\*\*(?!\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaPlace:
    start: int
    end: int
    width: int  # of each delimiter


def find_formulas(masked: str) -> list[FormulaPlace]:
    """The formulas outside code, in order and apart."""
    if not any(opener in masked for opener in FORMULA_CLOSERS):
        return []
    found: list[FormulaPlace] = []
    closers = _Closers(masked)
    done = 0
    for opener in _OPENER.finditer(masked):
        if opener.start() < done:
            continue
        close = closers.after(opener)
        if close is not None and _is_formula(masked, opener, close):
            done = close + len(opener[0])
            found.append(FormulaPlace(start=opener.start(), end=done, width=len(opener[0])))
    return found


def without_formulas(masked: str, places: list[FormulaPlace]) -> str:
    """With each formula made unreadable too."""
    parts: list[str] = []
    done = 0
    for place in places:
        parts += [masked[done : place.start], marks.CODE * (place.end - place.start)]
        done = place.end
    return "".join([*parts, masked[done:]])


def find_open_formula(masked: str) -> re.Match[str] | None:
    """The opening delimiter of a formula that is still being written."""
    last = {closer: masked.rfind(closer) for closer in FORMULA_CLOSERS.values()}
    for opener in _OPENER.finditer(masked, max(0, len(masked) - _LONGEST)):
        if last[FORMULA_CLOSERS[opener[0]]] >= opener.end():
            continue
        rest = masked[opener.end() :]
        if opener[0] != "$" or ("\n" not in rest and _STRONG_SIGN.search(rest)):
            return opener
    return None


class _Closers:
    """The next closing delimiter of each kind, looked up once however many openers ask."""

    def __init__(self, masked: str) -> None:
        self._masked = masked
        self._next = dict.fromkeys(FORMULA_CLOSERS.values(), -1)

    def after(self, opener: re.Match[str]) -> int | None:
        closer = FORMULA_CLOSERS[opener[0]]
        if self._next[closer] < opener.end():
            place = self._masked.find(closer, opener.end())
            self._next[closer] = place if place >= 0 else len(self._masked)
        place = self._next[closer]
        return place if place < len(self._masked) else None


def _is_formula(masked: str, opener: re.Match[str], close: int) -> bool:
    if close - opener.end() > _LONGEST:
        return False
    content = masked[opener.end() : close]
    if not content.strip() or marks.CODE in content:
        return False
    following = masked[close + len(opener[0]) : close + len(opener[0]) + 1]
    match opener[0]:
        case "$":
            return is_dollar_maths(content) and not re.match(r"[A-Za-z0-9$]", following)
        case "$$":
            return is_display_maths(content) and following != "$"
        case "\\[":  # else escaped brackets: "\[1\]", "\[see below\]"
            return following != "(" and _reads_like_maths(content) and not content.isdigit()
        case _:
            return _reads_like_maths(content)


def is_dollar_maths(content: str) -> bool:
    """`$content$` is maths: "$5 and $10" are prices, and "$HOME/$USER" is neither."""
    if len(content) > _LONGEST_DOLLAR or "\n" in content or content[-1] in " \t\\":
        return False
    if _WORD.search(_KNOWN.sub(" ", content)):
        return len(content) <= 4 and content.isalpha() and content.isupper()  # "$ABC$"
    return bool(_STRONG_SIGN.search(content)) or not re.match(r"\d.*\s", content)


def is_display_maths(content: str) -> bool:
    """`$$content$$` is maths: "from $$ to $$$" are prices of restaurants."""
    is_block = content.startswith("\n")
    return is_block or bool(_STRONG_SIGN.search(content) or _TOKEN.fullmatch(content.strip()))


def _reads_like_maths(content: str) -> bool:
    return bool(_STRONG_SIGN.search(content)) or not _WORD.search(_KNOWN.sub(" ", content))


def guard_strong(text: str, masked: str) -> str:
    """Bold that CommonMark would not see is made plain to the parser."""
    parts: list[str] = []
    done = 0
    for strong in _STRONG.finditer(masked):
        before = masked[max(0, strong.start() - 1) : strong.start()]
        after = masked[strong.end() : strong.end() + 1]
        start, end = strong.span()
        if before.isalnum() and not strong[1][0].isalnum():
            parts += [text[done:start], marks.GUARD_BEFORE]
            done = start
        if after.isalnum() and not strong[1][-1].isalnum():
            parts += [text[done:end], marks.GUARD_AFTER]
            done = end
    return "".join([*parts, text[done:]])
