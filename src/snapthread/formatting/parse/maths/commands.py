"""LaTeX commands, each with the text that it makes of its arguments."""

from collections.abc import Callable
from typing import Final, Protocol

from snapthread.formatting.parse.maths import notation
from snapthread.formatting.parse.maths.signs import SILENT, blackboard

CELL_END: Final = "\t"  # "&" until the environment says what becomes of it
_WITH_COLUMNS: Final = ("array", "alignedat", "alignat", "tabular")


class Arguments(Protocol):
    """The tokens that follow a command."""

    def argument(self) -> str: ...
    def option(self) -> str: ...
    def as_written(self) -> str: ...
    def inside(self, closer: str) -> str: ...
    def peek(self) -> str: ...
    def next(self) -> None: ...


def _fraction(after: Arguments) -> str:
    text = notation.fraction(after.argument(), after.argument())
    return text + " " if after.peek()[:1].isalnum() else text


def _above(after: Arguments) -> str:
    over, base = after.argument(), after.argument()
    return base + notation.superscript(over)


def _below(after: Arguments) -> str:
    under, base = after.argument(), after.argument()
    return base + notation.subscript(under)


def _second(after: Arguments) -> str:
    after.argument()
    return after.argument()


def _drop(after: Arguments) -> str:
    after.argument()
    return ""


def _delimiter(after: Arguments) -> str:
    """That of "\\left." is not drawn."""
    if after.peek() == ".":
        after.next()
    return ""


def _row_end(after: Arguments) -> str:
    after.option()
    return "\n"


def _environment(after: Arguments) -> str:
    name = after.as_written()
    if name.startswith(_WITH_COLUMNS):
        after.as_written()
    body = after.inside(r"\end")
    if after.peek() == r"\end":
        after.next()
        after.as_written()
    return notation.environment(name, [row.split(CELL_END) for row in body.split("\n")])


COMMANDS: Final[dict[str, Callable[[Arguments], str]]] = {
    **dict.fromkeys([r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"], _fraction),
    **dict.fromkeys(
        [r"\binom", r"\dbinom", r"\tbinom"],
        lambda after: f"C({after.argument()}, {after.argument()})",
    ),
    **dict.fromkeys([r"\overset", r"\stackrel"], _above),
    **dict.fromkeys([r"\color", r"\textcolor", r"\colorbox"], _second),
    **dict.fromkeys([r"\label", r"\vspace", r"\hspace", r"\end"], _drop),
    **dict.fromkeys(
        [r"\xrightarrow", r"\xlongrightarrow"], lambda after: f" →({after.argument()}) "
    ),
    **dict.fromkeys([r"\mathbb", r"\Bbb"], lambda after: blackboard(after.argument())),
    **dict.fromkeys([r"\\", r"\newline", r"\cr"], _row_end),
    **dict.fromkeys(SILENT, _delimiter),
    r"\sqrt": lambda after: notation.root(after.option(), after.argument()),
    "^": lambda after: notation.superscript(after.argument()),
    "_": lambda after: notation.subscript(after.argument()),
    "&": lambda after: CELL_END,
    r"\pmod": lambda after: f" (mod {after.argument()})",
    r"\tag": lambda after: f"  ({after.argument()})",
    r"\ce": lambda after: notation.chemistry(after.as_written()),
    r"\underset": _below,
    r"\not": lambda after: after.argument().strip() + "\u0338",
    r"\begin": _environment,
}
