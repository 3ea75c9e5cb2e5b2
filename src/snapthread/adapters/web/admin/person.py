"""Reads one person into figures: use, limits, files by age, what waits. No content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from snapthread.adapters.web.admin.budgets import figure, uses
from snapthread.adapters.web.admin.figure import Cell, Column, Figure
from snapthread.adapters.web.admin.present import Ages
from snapthread.adapters.web.admin.reading import AdminPageStore, totals_of
from snapthread.adapters.web.admin.status import DEAD_MAX, dead_letters, time_of
from snapthread.adapters.web.admin.sums import DAY, SUMMED, by_model, days_until, sums
from snapthread.model import private_conversation
from snapthread.model.people import OPERATOR, Decision
from snapthread.model.usage import DailyUsage, TurnRecord, month_of
from snapthread.ports import Clock
from snapthread.ports.operation import Operation, PersonState

DAYS: Final = 30
TURNS: Final = 20
DECISIONS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReport:
    """Facts about a person without what they said; sums by the period they are of."""

    user_id: int
    at: datetime
    state: PersonState
    totals: dict[str, dict[str, Cell]]
    storage: tuple[int, int]  # files, bytes
    waiting: int
    limits: Figure
    ages: Figure
    days: Figure
    models: Figure
    turns: Figure
    decisions: Figure
    dead: Figure


async def read_person(
    store: AdminPageStore, clock: Clock, operation: Operation, user_id: int
) -> PersonReport:
    now = clock().astimezone(UTC)
    period = days_until(now.date(), DAYS)
    usage = await store.usage(min(period[0], f"{month_of(now)}-01"), user_id=user_id)
    files = await store.files_owned(user_id)
    ages = Ages(now=now)
    ages.add(files)
    spent, limits = await operation.spending(user_id), await operation.limits_of(user_id)
    theirs = private_conversation(user_id)
    waiting = await store.waiting(limit=DEAD_MAX)
    dead = await store.waiting(limit=DEAD_MAX, dead=True)
    return PersonReport(
        user_id=user_id,
        at=now,
        state=await operation.state_of(user_id),
        totals=_totals(usage, period),
        storage=(ages.count, ages.size_bytes),
        waiting=sum(one.conversation == theirs for one in waiting),
        limits=figure(uses(user_id, limits, spent), of_one=True),
        ages=ages.figure(),
        days=_by_day([row for row in usage if row.day >= period[0]]),
        models=by_model([row for row in usage if row.day >= period[0]]),
        turns=_turns(await store.last_records(user_id, limit=TURNS)),
        decisions=_decisions(await store.decisions(limit=DECISIONS, user_id=user_id)),
        dead=dead_letters([one for one in dead if one.conversation == theirs]),
    )


def _totals(usage: Sequence[DailyUsage], period: Sequence[str]) -> dict[str, dict[str, Cell]]:
    since = {"today": period[-1], "this month": f"{period[-1][:7]}-01", "30 days": period[0]}
    return {
        name: totals_of([row for row in usage if row.day >= first]) for name, first in since.items()
    }


def _by_day(usage: Sequence[DailyUsage]) -> Figure:
    """The days on which there was any, newest first."""
    days = sorted({row.day for row in usage}, reverse=True)
    rows = tuple((day, *sums([row for row in usage if row.day == day])) for day in days)
    return Figure(key="days", title="Use by day", columns=(DAY, *SUMMED), rows=rows)


def _turns(records: Sequence[TurnRecord]) -> Figure:
    return Figure(
        key="turns",
        title="Last turns",
        note="Newest first." if records else "",
        columns=(
            Column("at", "Time (UTC)", "text"),
            Column("outcome", "Outcome", "text"),
            Column("reason", "Kind", "text"),
            Column("model", "Model", "text"),
            Column("images", "Images"),
            Column("documents", "Documents"),
            Column("waited_ms", "Waited", "ms"),
            Column("finished_ms", "Took", "ms"),
            Column("cost_micros", "Cost", "micros"),
        ),
        rows=tuple(
            (
                time_of(one.at),
                one.outcome,
                one.reason,
                one.model,
                one.images,
                one.documents,
                one.stages.waited,
                one.stages.finished,
                one.cost_micros,
            )
            for one in records
        ),
    )


def _decisions(decisions: Sequence[Decision]) -> Figure:
    return Figure(
        key="decisions",
        title="What was decided about them",
        note="Newest first." if decisions else "",
        columns=(
            Column("at", "Time (UTC)", "text"),
            Column("action", "Decision", "text"),
            Column("by", "By", "text"),
            Column("detail", "Limits", "number"),
        ),
        rows=tuple(
            (time_of(one.at), one.action, _decider(one), one.detail or "–") for one in decisions
        ),
    )


def _decider(decision: Decision) -> str:
    """The operator, at the page or by a command, has no number."""
    return "the operator" if decision.by == OPERATOR else str(decision.by)
