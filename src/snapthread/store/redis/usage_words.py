"""Quotas and records as a script's arguments, and its replies as our words."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from snapthread.store.codec import dump_record, load_daily, load_turn, used_as_json
from snapthread.store.redis.words import micros
from snapthread.usage import (
    Amounts,
    DailyUsage,
    LimitExceeded,
    Limits,
    Spending,
    TurnRecord,
    amounts_of,
    broken_off,
    day_of,
    month_of,
    opens_at,
    share_of,
)

_TEXTS: Final = {"day", "model"}  # of the sums; all else are numbers
_NAMES: Final = {"user_id", "day", "model"}  # whose sums, and of what
_SUMMED: Final = tuple(field.name for field in fields(DailyUsage) if field.name not in _NAMES)


def noted(record: TurnRecord) -> str:
    """A record, with what the script must know of it beside: it reads nothing of its JSON.

    Text, because the script keeps it: Lua would write numbers with 14 digits only.
    """
    share = share_of(record)
    summed = {} if share.is_nothing else {name: getattr(share, name) for name in _SUMMED}
    return json.dumps(
        {
            "id": record.id,
            "at": micros(record.at),
            "user_id": record.user_id,
            "day": share.day,
            "model": share.model,
            "share": summed,
            "amounts": asdict(amounts_of(record)),
            "record": dump_record(record),
        }
    )


def reserved(record: TurnRecord) -> dict[str, str]:
    """What is charged where nobody says better, and what where the attempt broke off."""
    return {"note": noted(record), "broken": noted(broken_off(record))}


def counted_in(payer: str, at: datetime) -> dict[str, str]:
    """Whose tallies, and which."""
    return {"payer": payer, "day": day_of(at), "month": month_of(at)}


def allowed(limits: Limits) -> dict[str, int]:
    """By the names of the limits."""
    return {name.removesuffix("_micros"): most for name, most in asdict(limits).items()}


def load_over(reply: Sequence[Any] | None, now: datetime) -> LimitExceeded | None:
    if reply is None:
        return None
    limit, used, most, wanted = reply
    at = opens_at(limit, now)
    return LimitExceeded(limit=limit, used=used, allowed=most, wanted=wanted, opens_at=at)


def load_spent(reply: Sequence[Sequence[int]]) -> Spending:
    day, month, bot_month = (
        Amounts(messages=messages, images=images, cost_micros=cost_micros)
        for messages, images, cost_micros in reply
    )
    return Spending(day=day, month=month, bot_month=bot_month)


def load_days(replies: Sequence[Sequence[str]]) -> tuple[DailyUsage, ...]:
    """By day, user and model."""
    rows = map(_load_day, replies)
    return tuple(sorted(rows, key=lambda row: (row.day, row.user_id, row.model)))


def _load_day(flat: Sequence[str]) -> DailyUsage:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return load_daily({name: text if name in _TEXTS else int(text) for name, text in pairs})


def load_turns(replies: Sequence[Sequence[Any]]) -> tuple[TurnRecord, ...]:
    return tuple(
        load_turn(text, None if delivered_ms is None else int(delivered_ms))
        for text, delivered_ms in replies
    )


def load_used(days: Sequence[Any], turns: Sequence[Any]) -> dict[str, Any]:
    """The same shape as from SQLite."""
    return used_as_json(load_days(days), load_turns(turns))
