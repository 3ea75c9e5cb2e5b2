"""A figure of the admin page: a plain table; its chart and its CSV are made of the same."""

from dataclasses import dataclass
from typing import Literal

# "whose": a user, or everybody; "number": written already; "conversation": its key.
CellKind = Literal[
    "text", "day", "user", "whose", "conversation", "count", "number", "micros", "ms", "seconds",
    "bytes",
]  # fmt: skip
Cell = str | int | None  # None: not known


@dataclass(frozen=True, slots=True)
class Column:
    """`name`: in the CSV, with its unit; `heading`: on the page."""

    name: str
    heading: str
    kind: CellKind = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    key: str
    title: str
    note: str = ""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, place: int) -> tuple[Cell, ...]:
        return tuple(row[place] for row in self.rows)
