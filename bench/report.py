"""The table: what was measured on both sides, the ratio, the limit, and how near we are."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- table: make bench -->", "<!-- end of the table -->"
HEAD: Final = (
    "| part | what | plain script | Snapthread | ratio | limit | |",
    "|---|---|---|---|---|---|---|",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; a limit is of the ratio, or of our own figure."""

    part: str
    what: str
    plain: float | None = None
    we: float | None = None
    unit: str = ""
    limit: float | None = None
    of_ratio: bool = False
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        return self.we / self.plain if self.plain and self.we is not None else None

    @property
    def judged(self) -> float | None:
        return self.ratio if self.of_ratio else self.we

    def cells(self) -> tuple[str, ...]:
        return (
            self.part,
            self.what,
            _number(self.plain, self.unit),
            _number(self.we, self.unit),
            _number(self.ratio, "×"),
            self._limit(),
            self._verdict(),
        )

    def _limit(self) -> str:
        if self.limit is None:
            return ""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {_number(self.limit, '×' if self.of_ratio else self.unit)}"

    def _verdict(self) -> str:
        if self.limit is None or self.judged is None:
            return ""
        reached = self.judged >= self.limit if self.at_least else self.judged <= self.limit
        share = f": {self.judged / self.limit:.0%} of it" if self.limit else ""
        return f"{'reached' if reached else '**not reached**'}{share}"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}".replace(" ×", "×").strip()


def table(rows: Sequence[Row]) -> str:
    return "\n".join([*HEAD, *map(line, rows)])


def line(row: Row) -> str:
    return f"| {' | '.join(row.cells())} |"


def machine() -> str:
    """Date and machine; the load says how busy others kept it."""
    load = os.getloadavg()[1]
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC; {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}."
    )


def write(rows: Sequence[Row], took_s: float) -> None:
    """Put the table in its place on the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    told = f"{machine()} The run took {took_s / 60:.0f} minutes."
    PAGE.write_text(f"{before}{BEGIN}\n\n{told}\n\n{table(rows)}\n\n{END}{after}")
