"""Limits of use, and the first that a question would pass. Pure.

Days and months are UTC. Money is whole micro-dollars; an unknown price counts nothing.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from snapthread.model.usage import TurnRecord

Limit = Literal[
    "user_daily_messages",
    "user_daily_images",
    "user_daily_documents",
    "user_daily_voice",
    "user_daily_cost",
    "user_monthly_cost",
    "bot_monthly_cost",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Amounts that quotas count."""

    messages: int = 0
    images: int = 0
    cost_micros: int = 0
    voice_s: int = 0
    documents: int = 0

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            messages=self.messages - other.messages,
            images=self.images - other.images,
            cost_micros=self.cost_micros - other.cost_micros,
            voice_s=self.voice_s - other.voice_s,
            documents=self.documents - other.documents,
        )


def amounts_of(record: TurnRecord) -> Amounts:
    """Amounts of a record. An unknown price counts nothing: money limits need a price."""
    cost_micros = record.cost_micros or 0
    if record.is_free:
        return Amounts(cost_micros=cost_micros)
    return Amounts(
        messages=record.messages,
        images=record.images,
        cost_micros=cost_micros,
        voice_s=record.voice_s,
        documents=record.documents,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """0: no limit."""

    user_daily_messages: int = 0
    user_daily_images: int = 0
    user_daily_documents: int = 0
    user_daily_voice_s: int = 0
    user_daily_cost_micros: int = 0
    user_monthly_cost_micros: int = 0
    bot_monthly_cost_micros: int = 0

    @property
    def of_money(self) -> bool:
        return bool(
            self.user_daily_cost_micros
            or self.user_monthly_cost_micros
            or self.bot_monthly_cost_micros
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Use and reservations: by a user today and this month, by all this month."""

    day: Amounts = field(default_factory=Amounts)
    month: Amounts = field(default_factory=Amounts)
    bot_month: Amounts = field(default_factory=Amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitExceeded:
    """A limit that a question would pass, in its own unit, and when it opens again."""

    limit: Limit
    used: int
    allowed: int
    wanted: int
    opens_at: datetime


def first_over(
    limits: Limits, spent: Spending, more: Amounts, now: datetime
) -> LimitExceeded | None:
    """The limit that `more` would pass, of several the first in this order: counts before money;
    None where all of it fits."""
    cost = more.cost_micros
    checks: tuple[tuple[Limit, int, int, int], ...] = (
        ("user_daily_messages", limits.user_daily_messages, spent.day.messages, more.messages),
        ("user_daily_images", limits.user_daily_images, spent.day.images, more.images),
        (
            "user_daily_documents",
            limits.user_daily_documents,
            spent.day.documents,
            more.documents,
        ),
        ("user_daily_voice", limits.user_daily_voice_s, spent.day.voice_s, more.voice_s),
        ("user_daily_cost", limits.user_daily_cost_micros, spent.day.cost_micros, cost),
        ("user_monthly_cost", limits.user_monthly_cost_micros, spent.month.cost_micros, cost),
        ("bot_monthly_cost", limits.bot_monthly_cost_micros, spent.bot_month.cost_micros, cost),
    )
    for limit, allowed, used, wanted in checks:
        if allowed and wanted > 0 and used + wanted > allowed:
            at = opens_at(limit, now)
            return LimitExceeded(
                limit=limit, used=used, allowed=allowed, wanted=wanted, opens_at=at
            )
    return None


def opens_at(limit: Limit, now: datetime) -> datetime:
    """A day's limit at the next midnight, a month's with the next month."""
    return _next_day(now) if "daily" in limit else _next_month(now)


def _next_day(now: datetime) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
