"""Fractions, roots, scripts, matrices and chemistry, written on one line."""

import re
import unicodedata
from typing import Final

from snapthread.formatting.parse.maths.signs import SUBSCRIPTS, SUPERSCRIPTS

# What needs no brackets around it; whatever is in brackets already stands here as "()".
_MARKS: Final = "\u0300-\u036f\u20d7⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₙₓ′'"
_PRODUCT: Final = re.compile(rf"[\w.,!°%√∛∜∞∂∇Δ(){_MARKS}]+")
_ATOM: Final = re.compile(
    rf"\d+(?:[.,]\d+)?|√?\d+|[√∂∇Δd]?[^\W\d_][{_MARKS}]*|√?\(\)|[^\W\d_]\w*\(\)|[^\W\d_]{{3,}}"
)
_BRACKETS_MAX: Final = 8  # deeper ones are put into one pair more
_WORD: Final = re.compile(r"[\w.]+")
_LETTER: Final = re.compile(r"\w|∞|\*|-?\d+|\(\)")
_ROOTS: Final = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_MATRICES: Final = {"p": "()", "b": "[]", "v": "||", "V": "‖‖", "B": "{}"}
_ATOM_COUNT: Final = re.compile(r"(?<=[A-Za-z)\]])\d+")
_CHARGE: Final = re.compile(r"\^\{?([0-9]*[+-])\}?")


def fraction(numerator: str, denominator: str) -> str:
    over, under = numerator.strip(), denominator.strip()
    if not under:  # still being written
        return over
    return f"{_group(over, _PRODUCT)}/{_group(under, _ATOM)}"


def _group(text: str, simple: re.Pattern[str]) -> str:
    outline = text
    for _ in range(_BRACKETS_MAX):
        outline, found = re.subn(r"\([^()]+\)", "()", outline)
        if not found:
            break
    return text if simple.fullmatch(outline) else f"({text})"


def root(degree: str, radicand: str) -> str:
    sign = _ROOTS.get(degree.strip()) or superscript(degree) + "√"
    return sign + _group(radicand.strip(), _LETTER)


def superscript(text: str) -> str:
    """In Unicode where every character has its sign, else "^(…)"."""
    return _script(text, SUPERSCRIPTS, "^", _LETTER)


def subscript(text: str) -> str:
    return _script(text, SUBSCRIPTS, "_", _WORD)


def _script(text: str, signs: dict[str, str], sign: str, simple: re.Pattern[str]) -> str:
    text = text.strip().replace("\n", ", ")
    compact = text.replace(" ", "")
    if all(character in signs for character in compact):
        return "".join(signs[character] for character in compact)
    return sign + _group(text, simple)


def add_accent(text: str, accent: str) -> str:
    """Each letter under the accent; one accent needs no other."""
    return "".join(
        character if unicodedata.combining(character) else character + accent for character in text
    )


def environment(name: str, rows: list[list[str]]) -> str:
    """A matrix as "[a, b; c, d]", cases as "{ a, if x; b, else }", anything else line by line."""
    cells = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if name.endswith("matrix"):
        brackets = _MATRICES.get(name[:1], "[]")
        return brackets[0] + "; ".join(", ".join(row) for row in cells) + brackets[1]
    if "cases" in name:
        return "{ " + "; ".join(", ".join(cell.rstrip(",") for cell in row) for row in cells) + " }"
    return "\n".join(" ".join(row) for row in cells)


def chemistry(formula: str) -> str:
    """A reaction in mhchem's notation: "2H₂ + O₂ → 2H₂O"."""
    text = formula.replace("<=>", "⇌").replace("->", "→").replace("<-", "←")
    text = _CHARGE.sub(lambda charge: superscript(charge[1]), text)
    return _ATOM_COUNT.sub(lambda count: subscript(count[0]), text)
