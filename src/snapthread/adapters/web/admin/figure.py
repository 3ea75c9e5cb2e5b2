"""A figure of the admin page: a plain table; its chart and its CSV are made of the same."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "day", "user", "count", "micros", "ms", "bytes"]
Cell = str | int | None  # None: not known


@dataclass(frozen=True, slots=True)
class Column:
    """`name`: in the CSV, with its unit; `heading`: on the page."""

    name: str
    heading: str
    kind: Kind = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    key: str
    title: str
    note: str = ""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def column(self, place: int) -> tuple[Cell, ...]:
        return tuple(row[place] for row in self.rows)
