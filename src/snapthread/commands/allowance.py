"""`/usage`: what a person used today and this month, what is left, what is stored. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from snapthread.limits import MEGABYTE
from snapthread.texts.localizer import Words, dollars
from snapthread.usage import DailyUsage, Limits, Spent, day_of


def told(
    words: Words,
    rows: Sequence[DailyUsage],
    limits: Limits,
    spent: Spent,
    *,
    now: datetime,
    stored_bytes: int,
) -> str:
    """`rows`: of this person and this month."""
    today = [row for row in rows if row.day == day_of(now)]
    return words(
        "usage",
        today=_sum(words, today),
        month=_sum(words, rows),
        left=_left(words, limits, spent),
        storage=_storage(words, stored_bytes),
    )


def _sum(words: Words, rows: Sequence[DailyUsage]) -> str:
    return words(
        "usage_sum",
        messages=words("usage_messages", n=sum(row.messages for row in rows)),
        images=words("usage_images", n=sum(row.images for row in rows)),
        cost=_cost(words, rows),
    )


def _cost(words: Words, rows: Sequence[DailyUsage]) -> str:
    known = [row.cost_micros for row in rows if row.cost_micros is not None]
    if not any(row.turns_without_price for row in rows):
        return dollars(sum(known))
    return (
        words("usage_at_least", cost=dollars(sum(known))) if known else words("usage_unknown_cost")
    )


def _left(words: Words, limits: Limits, spent: Spent) -> str:
    left = ", ".join(_each_left(words, limits, spent))
    return words("usage_left", left=left) if left else words("usage_no_limits")


def _each_left(words: Words, limits: Limits, spent: Spent) -> Iterator[str]:
    if limit := limits.user_daily_messages:
        what = words("usage_messages", n=max(0, limit - spent.day.messages))
        yield words("usage_left_today", what=what)
    if limit := limits.user_daily_images:
        what = words("usage_images", n=max(0, limit - spent.day.images))
        yield words("usage_left_today", what=what)
    if limit := limits.user_daily_cost_micros:
        what = dollars(max(0, limit - spent.day.cost_micros))
        yield words("usage_left_today", what=what)
    if limit := limits.user_monthly_cost_micros:
        what = dollars(max(0, limit - spent.month.cost_micros))
        yield words("usage_left_this_month", what=what)
    if limit := limits.bot_monthly_cost_micros:
        what = dollars(max(0, limit - spent.bot_month.cost_micros))
        yield words("usage_left_for_all", what=what)


def _storage(words: Words, stored_bytes: int) -> str:
    mb = f"{stored_bytes / MEGABYTE:.1f}"
    if not words.storage_mb:
        return words("usage_storage", mb=mb)
    return words("usage_storage_of", mb=mb, limit_mb=f"{words.storage_mb:g}")
