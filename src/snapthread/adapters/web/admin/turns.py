"""Figures from single turns: how long they take and how they end. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.adapters.web.admin.formats import day
from snapthread.adapters.web.admin.language import tr
from snapthread.model.usage import TurnRecord

STAGES: Final = {
    "waited": "Waited for its turn",
    "downloaded": "Image downloaded",
    "prepared": "Image prepared",
    "uploaded": "Image uploaded",
    "first_token": "First word",
    "finished": "Answer finished",
    "delivered": "Answer delivered",
}
BARS: Final = (
    "Full: half of the turns; pale: 95 of 100. The last three count from the start of the turn."
)
SINCE: Final = "Since {day}."
CUT: Final = "About the last {count:,} turns."
# Counted of the same turns, so that the first word is never later than the end.
OF_ANSWERS: Final = ("first_token", "finished", "delivered")


@dataclass(slots=True)
class TurnFigures:
    """Gathers what the page shows of single turns, without keeping them."""

    since: str  # the first day that was read
    is_cut: bool = False  # there are more of that day than are read
    count: int = 0
    _ms: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _ends: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, records: Iterable[TurnRecord]) -> None:
        for record in records:
            self.count += 1
            self._ends[record.outcome, record.reason] += 1
            self._time(record)

    def _time(self, record: TurnRecord) -> None:
        stages, is_answer = record.stages, _is_whole_answer(record)
        for stage in STAGES:
            took = getattr(stages, stage)
            if took is not None and (is_answer or stage not in OF_ANSWERS):
                self._ms[stage].append(took)

    def latency(self) -> Figure:
        rows = [(STAGES[stage], *_spread(self._ms[stage])) for stage in STAGES if self._ms[stage]]
        return Figure(
            key="latency",
            title="How long each stage takes",
            note=f"{self._read()} {tr(BARS)}",
            columns=(
                Column("stage", "Stage", "text"),
                Column("p50_ms", "p50", "ms"),
                Column("p95_ms", "p95", "ms"),
                Column("turns", "Turns"),
            ),
            rows=tuple(rows),
        )

    def outcomes(self) -> Figure:
        ends = sorted(self._ends.items(), key=lambda end: (-end[1], end[0]))
        return Figure(
            key="outcomes",
            title="How turns end",
            note=self._read(),
            columns=(
                Column("outcome", "Outcome", "text"),
                Column("reason", "Kind", "text"),
                Column("turns", "Turns"),
            ),
            rows=tuple((*end, count) for end, count in ends),
        )

    def _read(self) -> str:
        if self.is_cut:
            return tr(CUT, count=self.count)
        return tr(SINCE, day=day(self.since))


def _is_whole_answer(record: TurnRecord) -> bool:
    """From its first word to its delivery; a refusal is a sentence of ours, with none."""
    told = (getattr(record.stages, stage) for stage in OF_ANSWERS)
    return record.outcome == "answered" and None not in told


def _spread(ms: Sequence[int]) -> tuple[int, int, int]:
    ordered = sorted(ms)
    return percentile(ordered, 50), percentile(ordered, 95), len(ordered)


def percentile(ordered: Sequence[int], percent: int) -> int:
    """By nearest rank: a value that occurred."""
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(rank, 1) - 1]
