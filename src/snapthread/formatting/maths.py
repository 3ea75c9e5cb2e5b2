"""LaTeX as text that a person can read on a phone: "x² + αᵢ", "(a + b)/2", "√x"."""

import re
from collections.abc import Callable
from typing import Final

from snapthread.formatting.maths_notation import (
    accented,
    chemistry,
    environment,
    fraction,
    root,
    subscript,
    superscript,
)
from snapthread.formatting.maths_signs import (
    ACCENTS,
    FUNCTIONS,
    PLAIN_WRAPPERS,
    SIGNS,
    SILENT,
    SPACED,
    SPACES,
    blackboard,
)

_TOKEN: Final = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_DEPTH_MAX: Final = 24  # of groups in groups; deeper braces are left out
_ROW_END: Final = r"\\"
_CELL_END: Final = "\t"  # "&" until the environment says what becomes of it


def readable(latex: str, *, is_display: bool) -> str:
    """One line where it stands in a sentence; displayed it may take several."""
    text = _Reader(latex).read().replace(_CELL_END, " ")
    text = re.sub(" {2,}", " ", re.sub(r"(?<=[(\[]) +| +(?=[)\]])", "", text))
    lines = [line.strip() for line in text.split("\n")]
    return ("\n" if is_display else "; ").join(line for line in lines if line)


class _Reader:
    def __init__(self, latex: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(latex)
        self._place = 0
        self._depth = 0

    def read(self) -> str:
        """To the end, whatever braces are missing or too many."""
        parts: list[str] = []
        while self._place < len(self._tokens):
            parts.append(self._run())
            self._place += 1
        return "".join(parts)

    def _run(self, closer: str = "}") -> str:
        """Up to the closer, which is left where it is."""
        out = ""
        while (token := self._peek()) and token not in ("}", closer):
            self._place += 1
            piece = self._one(token)
            out += " " + piece if _needs_space(out, token) else piece
        return out

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _one(self, token: str) -> str:
        if token == "{":
            return self._group()
        if handler := _HANDLERS.get(token):
            return handler(self)
        if token in SIGNS:
            return self._sign(SIGNS[token])
        if token in FUNCTIONS:
            return token[1:] + (" " if re.match(r"\\|[^\W_]", self._peek()) else "")
        if token in PLAIN_WRAPPERS:
            return self._argument()
        if token in ACCENTS:
            return accented(self._argument().strip(), ACCENTS[token])
        if re.match(r"\\[A-Za-z]", token) and self._peek() == "{":  # unknown: as it is written
            return f"{token}{{{self._argument()}}}"
        return " " if token.isspace() else SPACES.get(token, token)

    def _sign(self, sign: str) -> str:
        """A space after a Greek letter only ended its command: "\\pi r" is "πr"."""
        following = "".join(self._tokens[self._place : self._place + 2]).lstrip()
        if (sign.isalpha() and following.isalpha()) or sign in "∂∇":
            self._skip_space()
        return f" {sign} " if sign in SPACED else sign

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._place += 1

    def _group(self) -> str:
        """After an opening brace. A group that is missing its end goes to the end of the text."""
        text = self._deeper("}")
        self._place += 1
        return text

    def _deeper(self, closer: str) -> str:
        if self._depth >= _DEPTH_MAX:
            return ""
        self._depth += 1
        text = self._run(closer)
        self._depth -= 1
        return text

    def _argument(self) -> str:
        self._skip_space()
        if self._peek() in ("", "}"):
            return ""
        token = self._peek()
        self._place += 1
        if self._depth >= _DEPTH_MAX:
            return token
        self._depth += 1
        text = self._one(token)
        self._depth -= 1
        return text

    def _option(self) -> str:
        if self._peek() != "[":
            return ""
        self._place += 1
        text = self._deeper("]")
        self._place += 1
        return text

    def fraction(self) -> str:
        text = fraction(self._argument(), self._argument())
        return text + " " if self._peek()[:1].isalnum() else text

    def root(self) -> str:
        return root(self._option(), self._argument())

    def superscript(self) -> str:
        return superscript(self._argument())

    def subscript(self) -> str:
        return subscript(self._argument())

    def blackboard(self) -> str:
        return blackboard(self._argument())

    def binomial(self) -> str:
        return f"C({self._argument()}, {self._argument()})"

    def modulo(self) -> str:
        return f" (mod {self._argument()})"

    def tag(self) -> str:
        return f"  ({self._argument()})"

    def chemistry(self) -> str:
        return chemistry(self._argument_as_written())

    def above(self) -> str:
        over, base = self._argument(), self._argument()
        return base + superscript(over)

    def below(self) -> str:
        under, base = self._argument(), self._argument()
        return base + subscript(under)

    def arrow(self) -> str:
        return f" →({self._argument()}) "

    def negation(self) -> str:
        return self._argument().strip() + "\u0338"

    def coloured(self) -> str:
        self._argument()
        return self._argument()

    def dropped(self) -> str:
        self._argument()
        return ""

    def delimiter(self) -> str:
        """ "\\left." is a delimiter that is not drawn."""
        if self._peek() == ".":
            self._place += 1
        return ""

    def row_end(self) -> str:
        self._option()
        return "\n"

    def environment(self) -> str:
        name = self._argument_as_written()
        if name.startswith(("array", "alignedat", "alignat", "tabular")):
            self._argument_as_written()
        body = self._deeper(r"\end")
        if self._peek() == r"\end":
            self._place += 1
            self._argument_as_written()
        return environment(name, [row.split(_CELL_END) for row in body.split("\n")])

    def _argument_as_written(self) -> str:
        self._skip_space()
        if self._peek() != "{":
            return ""
        end = self._place
        depth = 0
        while end < len(self._tokens):
            depth += {"{": 1, "}": -1}.get(self._tokens[end], 0)
            end += 1
            if depth == 0:
                break
        text = "".join(self._tokens[self._place + 1 : end])
        self._place = end
        return text.removesuffix("}")


def _needs_space(before: str, token: str) -> bool:
    return token in FUNCTIONS and before[-1:].isalnum()


_HANDLERS: Final[dict[str, Callable[[_Reader], str]]] = {
    **dict.fromkeys([r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"], _Reader.fraction),
    **dict.fromkeys([r"\binom", r"\dbinom", r"\tbinom"], _Reader.binomial),
    **dict.fromkeys([r"\overset", r"\stackrel"], _Reader.above),
    **dict.fromkeys([r"\color", r"\textcolor", r"\colorbox"], _Reader.coloured),
    **dict.fromkeys([r"\label", r"\vspace", r"\hspace", r"\end"], _Reader.dropped),
    **dict.fromkeys([r"\xrightarrow", r"\xlongrightarrow"], _Reader.arrow),
    **dict.fromkeys([r"\mathbb", r"\Bbb"], _Reader.blackboard),
    **dict.fromkeys([_ROW_END, r"\newline", r"\cr"], _Reader.row_end),
    **dict.fromkeys(SILENT, _Reader.delimiter),
    r"\sqrt": _Reader.root,
    "^": _Reader.superscript,
    "_": _Reader.subscript,
    "&": lambda reader: _CELL_END,
    r"\pmod": _Reader.modulo,
    r"\tag": _Reader.tag,
    r"\ce": _Reader.chemistry,
    r"\underset": _Reader.below,
    r"\not": _Reader.negation,
    r"\begin": _Reader.environment,
}
