"""Figures of this moment: files at OpenAI, and what waits. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.adapters.web.admin.language import tr
from snapthread.limits import DAY_S
from snapthread.model import LedgerFile

AGES: Final = (1, 7, 14, 21, 28)  # days; uploads live for at most 30


@dataclass(slots=True)
class Ages:
    """Counts files at OpenAI by their age."""

    now: datetime
    is_cut: bool = False  # there were more than could be read
    count: int = 0
    size_bytes: int = 0
    _buckets: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, files: Iterable[LedgerFile]) -> None:
        for file in files:
            age = (self.now - file.created_at).total_seconds() / DAY_S
            self._buckets[sum(age >= limit for limit in AGES)].append(file.size_bytes)
            self.count += 1
            self.size_bytes += file.size_bytes

    def figure(self) -> Figure:
        rows = [
            (name, len(self._buckets[place]), sum(self._buckets[place]))
            for place, name in enumerate(_age_names())
        ]
        return Figure(
            key="files",
            title="Files held, by age",
            note=tr("Of the first {count:,} files.", count=self.count) if self.is_cut else "",
            columns=(
                Column("age", "Age", "text"),
                Column("files", "Files"),
                Column("size_bytes", "Size", "bytes"),
            ),
            rows=tuple(rows),
        )


def _age_names() -> list[str]:
    between = [f"{a} to {b} days" for a, b in pairwise(AGES)]
    return ["under 1 day", *between, f"{AGES[-1]} days and more"]


def waiting(messages: int, dead_letters: int, deletions: int) -> Figure:
    return Figure(
        key="waiting",
        title="What waits now",
        columns=(Column("what", "What", "text"), Column("count", "How many")),
        rows=(
            ("Messages to be answered", messages),
            ("Dead letters", dead_letters),
            ("Files to be deleted", deletions),
        ),
    )
