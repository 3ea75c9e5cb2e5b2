"""LaTeX as text that a person can read on a phone: "x² + αᵢ", "(a + b)/2", "√x"."""

import re
from typing import Final

from snapthread.formatting.parse.maths.commands import CELL_END, COMMANDS
from snapthread.formatting.parse.maths.notation import add_accent
from snapthread.formatting.parse.maths.signs import (
    ACCENTS,
    FUNCTIONS,
    PLAIN_WRAPPERS,
    SIGNS,
    SPACED,
    SPACES,
)

_TOKEN: Final = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_DEPTH_MAX: Final = 24  # of groups in groups; deeper braces are left out


def readable(latex: str, *, is_display: bool) -> str:
    """One line where it stands in a sentence; displayed it may take several."""
    text = MathReader(latex).read().replace(CELL_END, " ")
    text = re.sub(" {2,}", " ", re.sub(r"(?<=[(\[]) +| +(?=[)\]])", "", text))
    lines = [line.strip() for line in text.split("\n")]
    return ("\n" if is_display else "; ").join(line for line in lines if line)


class MathReader:
    """Walks through the tokens; commands ask it for their arguments."""

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
        while (token := self.peek()) and token not in ("}", closer):
            self._place += 1
            piece = self._one(token)
            out += " " + piece if _needs_space(out, token) else piece
        return out

    def peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _one(self, token: str) -> str:
        if token == "{":
            return self._group()
        if handler := COMMANDS.get(token):
            return handler(self)
        if token in SIGNS:
            return self._sign(SIGNS[token])
        if token in FUNCTIONS:
            return token[1:] + (" " if re.match(r"\\|[^\W_]", self.peek()) else "")
        if token in PLAIN_WRAPPERS:
            return self.argument()
        if token in ACCENTS:
            return add_accent(self.argument().strip(), ACCENTS[token])
        if re.match(r"\\[A-Za-z]", token) and self.peek() == "{":  # unknown: as it is written
            return f"{token}{{{self.argument()}}}"
        return " " if token.isspace() else SPACES.get(token, token)

    def _sign(self, sign: str) -> str:
        """A space after a Greek letter only ended its command: "\\pi r" is "πr"."""
        following = "".join(self._tokens[self._place : self._place + 2]).lstrip()
        if (sign.isalpha() and following.isalpha()) or sign in "∂∇":
            self.skip_space()
        return f" {sign} " if sign in SPACED else sign

    def skip_space(self) -> None:
        while self.peek().isspace():
            self._place += 1

    def _group(self) -> str:
        """After an opening brace. A group that is missing its end goes to the end of the text."""
        text = self.inside("}")
        self._place += 1
        return text

    def next(self) -> None:
        self._place += 1

    def inside(self, closer: str) -> str:
        if self._depth >= _DEPTH_MAX:
            return ""
        self._depth += 1
        text = self._run(closer)
        self._depth -= 1
        return text

    def argument(self) -> str:
        self.skip_space()
        if self.peek() in ("", "}"):
            return ""
        token = self.peek()
        self._place += 1
        if self._depth >= _DEPTH_MAX:
            return token
        self._depth += 1
        text = self._one(token)
        self._depth -= 1
        return text

    def option(self) -> str:
        if self.peek() != "[":
            return ""
        self._place += 1
        text = self.inside("]")
        self._place += 1
        return text

    def as_written(self) -> str:
        self.skip_space()
        if self.peek() != "{":
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
