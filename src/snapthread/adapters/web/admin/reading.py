"""Reads the store into the figures of one period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from snapthread.adapters.web.admin.budgets import read_limits
from snapthread.adapters.web.admin.everyone import EveryoneStore
from snapthread.adapters.web.admin.figure import Cell, Figure
from snapthread.adapters.web.admin.present import Ages, waiting
from snapthread.adapters.web.admin.status import Status, read_status
from snapthread.adapters.web.admin.sums import (
    SUMMED,
    by_feedback,
    by_model,
    by_user,
    daily,
    days_until,
    first_readable,
    sums,
    users_of,
)
from snapthread.adapters.web.admin.turns import TurnFigures
from snapthread.model.usage import DailyUsage
from snapthread.ports import (
    Audit,
    Backlogs,
    Clock,
    Feedback,
    Inventory,
    OwnedFiles,
    QueueInspection,
    Replicas,
    UsageRecords,
)
from snapthread.ports.operation import Operation

AT_ONCE: Final = 500  # rows of one transaction
# Latency and outcomes need the single turns: about 0.3 s of reading at this number. A busier bot
# sees them of fewer days, or of the last hours; all other figures are sums of each day.
TURNS_MAX: Final = 5_000
READ_MOST: Final = 2 * TURNS_MAX  # also where most of them came in the last hour
FILES_MAX: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of the last so many days, by their key, and the sums over the period."""

    days: int
    at: datetime
    totals: dict[str, Cell]
    today: dict[str, Cell]
    figures: dict[str, Figure]
    status: Status | None = None


class AdminPageStore(
    UsageRecords,
    Feedback,
    Backlogs,
    Inventory,
    QueueInspection,
    Replicas,
    OwnedFiles,
    Audit,
    EveryoneStore,
    Protocol,
):
    """The store as the admin page needs it."""


async def read_report(
    store: AdminPageStore, clock: Clock, days: int, operation: Operation | None = None
) -> Report:
    now = clock().astimezone(UTC)
    period = days_until(now.date(), days)
    usage = await store.usage(period[0])
    turns = await _turns(store, first_readable(usage, period, TURNS_MAX), usage, now)
    ages = await _ages(store, now)
    status = await read_status(operation, store, now) if operation else None
    limits = await read_limits(operation, usage) if operation else None
    backlog = await store.backlog(now)
    figures = (
        *(status.figures if status else ()),
        *([limits] if limits else ()),
        *daily(usage, period),
        turns.latency(),
        turns.outcomes(),
        ages.figure(),
        waiting(backlog.messages, backlog.dead_letters, backlog.files),
        by_model(usage),
        by_feedback(await store.feedback(period[0])),
        by_user(usage),
    )
    return Report(
        days=days,
        at=now,
        totals=totals_of(usage)
        | {"files": ages.count, "files_bytes": ages.size_bytes}
        | {"known": await store.count_people()},
        today=totals_of([row for row in usage if row.day == period[-1]]),
        figures={figure.key: figure for figure in figures},
        status=status,
    )


async def _turns(
    store: UsageRecords, since: str, usage: Sequence[DailyUsage], now: datetime
) -> TurnFigures:
    """The turns of whole days; of a day with more than can be read, about its last ones."""
    messages = sum(row.messages for row in usage if row.day >= since)
    begin, last = datetime.fromisoformat(since).replace(tzinfo=UTC), ""
    turns = TurnFigures(since=since, is_cut=messages > TURNS_MAX)
    at = now - (now - begin) * TURNS_MAX / messages if turns.is_cut else begin
    while turns.count < READ_MOST:
        records = await store.records_after(at, last, limit=AT_ONCE)
        turns.add(records)
        if len(records) < AT_ONCE:
            break
        at, last = records[-1].at, records[-1].id
    return turns


async def _ages(store: Inventory, now: datetime) -> Ages:
    ages = Ages(now=now)
    last = None
    while ages.count < FILES_MAX:
        files = await store.live_after(last, limit=AT_ONCE)
        ages.add(files)
        if len(files) < AT_ONCE:
            return ages
        last = files[-1].name
    ages.is_cut = True
    return ages


def totals_of(usage: Sequence[DailyUsage]) -> dict[str, Cell]:
    names = (column.name for column in SUMMED)
    return {**dict(zip(names, sums(usage), strict=True)), "users": users_of(usage)}
