"""`/usage`: what a person used today and this month, what is left, what is stored. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from snapthread.limits import MEGABYTE
from snapthread.model.quotas import Limits, Spending
from snapthread.model.usage import DailyUsage, day_of, minutes
from snapthread.texts.localizer import Localizer


def usage_text(
    t: Localizer,
    rows: Sequence[DailyUsage],
    limits: Limits,
    spent: Spending,
    *,
    now: datetime,
    stored_bytes: int,
) -> str:
    """`rows`: of this person and this month."""
    today = [row for row in rows if row.day == day_of(now)]
    return t(
        "usage",
        today=_sum(t, today),
        month=_sum(t, rows),
        left=_text_of_rest(t, limits, spent),
        storage=_storage(t, stored_bytes),
    )


def group_usage_text(t: Localizer, rows: Sequence[DailyUsage], *, now: datetime) -> str:
    """`rows`: of this group and this month."""
    today = [row for row in rows if row.day == day_of(now)]
    return t("group_usage", today=_sum(t, today), month=_sum(t, rows))


def _sum(t: Localizer, rows: Sequence[DailyUsage]) -> str:
    """A kind is only mentioned where there was some use of it."""
    documents, voice_s = sum(row.documents for row in rows), sum(row.voice_s for row in rows)
    return ", ".join(
        [
            t("usage_messages", n=sum(row.messages for row in rows)),
            t("usage_images", n=sum(row.images for row in rows)),
            *([t("usage_documents", n=documents)] if documents else []),
            *([t("usage_voice", n=minutes(voice_s))] if voice_s else []),
            _cost(t, rows),
        ]
    )


def _cost(t: Localizer, rows: Sequence[DailyUsage]) -> str:
    known = [row.cost_micros for row in rows if row.cost_micros is not None]
    if not any(row.turns_without_price for row in rows):
        return t.money(sum(known))
    if not known:
        return t("usage_unknown_cost")
    return t("usage_at_least", cost=t.money(sum(known)))


def _text_of_rest(t: Localizer, limits: Limits, spent: Spending) -> str:
    left = ", ".join(_each_left(t, limits, spent))
    return t("usage_left", left=left) if left else t("usage_no_limits")


def _each_left(t: Localizer, limits: Limits, spent: Spending) -> Iterator[str]:
    if limit := limits.user_daily_messages:
        what = t("usage_messages", n=max(0, limit - spent.day.messages))
        yield t("usage_left_today", what=what)
    if limit := limits.user_daily_images:
        what = t("usage_images", n=max(0, limit - spent.day.images))
        yield t("usage_left_today", what=what)
    if limit := limits.user_daily_documents:
        what = t("usage_documents", n=max(0, limit - spent.day.documents))
        yield t("usage_left_today", what=what)
    if limit := limits.user_daily_voice_s:
        what = t("usage_voice", n=max(0, limit - spent.day.voice_s) // 60)
        yield t("usage_left_today", what=what)
    if limit := limits.user_daily_cost_micros:
        what = t.money(max(0, limit - spent.day.cost_micros))
        yield t("usage_left_today", what=what)
    if limit := limits.user_monthly_cost_micros:
        what = t.money(max(0, limit - spent.month.cost_micros))
        yield t("usage_left_this_month", what=what)
    if limit := limits.bot_monthly_cost_micros:
        what = t.money(max(0, limit - spent.bot_month.cost_micros))
        yield t("usage_left_for_all", what=what)


def _storage(t: Localizer, stored_bytes: int) -> str:
    mb = t.decimal(f"{stored_bytes / MEGABYTE:.1f}")
    if not t.limits.storage_mb:
        return t("usage_storage", mb=mb)
    return t("usage_storage_of", mb=mb, limit_mb=t.limits.storage_mb)
