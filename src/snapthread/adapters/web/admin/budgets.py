"""Budgets: what is used of each limit, by everybody and by those who are nearest to theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.model.quotas import Limits, Spending
from snapthread.model.usage import DailyUsage
from snapthread.ports.operation import Operation

EVERYBODY: Final = 0
ASKED_MAX: Final = 50  # people whose limits are read for one look: who used most
SHOWN_MAX: Final = 10
MICROS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LimitUse:
    """`column`: of `Amounts`; it tells the unit."""

    user_id: int
    limit: str
    column: str
    used: int
    allowed: int

    @property
    def percent(self) -> int:
        return self.used * 100 // self.allowed


def uses(user_id: int, limits: Limits, spent: Spending) -> Iterator[LimitUse]:
    """The use of the limits that are set. A limit's name says whose it is, when, and what it
    counts."""
    for limit in fields(limits):
        allowed = getattr(limits, limit.name)
        whose, period, column = limit.name.split("_", 2)
        of_all = whose == "bot"
        amounts = spent.bot_month if of_all else spent.day if period == "daily" else spent.month
        if allowed and of_all == (user_id == EVERYBODY):
            name = limit.name.removesuffix("_micros").removesuffix("_s")
            yield LimitUse(user_id, name, column, getattr(amounts, column), allowed)


async def read_limits(operation: Operation, usage: Sequence[DailyUsage]) -> Figure:
    """First the limit of all, then the people who are nearest to one of theirs."""
    spent = await operation.spending(EVERYBODY)
    of_all = list(uses(EVERYBODY, operation.limits, spent))
    of_people: list[LimitUse] = []
    if any(True for _ in uses(1, operation.limits, spent)):
        for user_id in _who_used_most(usage):
            limits = await operation.limits_of(user_id)
            of_people += uses(user_id, limits, await operation.spending(user_id))
    of_people.sort(key=lambda use: (-use.percent, use.user_id, use.limit))
    return figure([*of_all, *(use for use in of_people[:SHOWN_MAX] if use.used)])


def _who_used_most(usage: Iterable[DailyUsage]) -> list[int]:
    totals: dict[int, int] = {}
    for row in usage:
        totals[row.user_id] = totals.get(row.user_id, 0) + row.messages
    totals.pop(EVERYBODY, None)  # erased
    return sorted(totals, key=lambda user_id: (-totals[user_id], user_id))[:ASKED_MAX]


def figure(of: Iterable[LimitUse], *, of_one: bool = False) -> Figure:
    """`of_one`: all are of one person, who need not be named."""
    columns = (
        Column("user_id", "User", "whose"),
        Column("limit", "Limit", "text"),
        Column("percent", "Percent"),
        Column("used", "Used", "number"),
        Column("allowed", "Allowed", "number"),
        Column("unit", "Unit", "text"),
    )
    rows = tuple((use.user_id, use.limit, use.percent, *_amounts(use)) for use in of)
    named = int(of_one)
    return Figure(
        key="limits",
        title="Limits",
        columns=columns[named:],
        rows=tuple(row[named:] for row in rows),
    )


def _amounts(use: LimitUse) -> tuple[str, str, str]:
    match use.column:
        case "cost_micros":
            return f"{use.used / MICROS:.4f}", f"{use.allowed / MICROS:.4f}", "dollars"
        case "voice_s":
            return f"{use.used / 60:.1f}", f"{use.allowed / 60:.1f}", "minutes"
        case _:
            return str(use.used), str(use.allowed), use.column
