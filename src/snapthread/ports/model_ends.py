"""When models end: what the list of models says of it, and what takes their place."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

# The deprecations page, November 2026; the longest beginning counts.
REPLACEMENTS: Final[Mapping[str, str]] = {
    "gpt-4o": "gpt-6-luna",
    "gpt-4.1": "gpt-6-luna",
    "chatgpt-4o": "gpt-6-luna",
}
WARN_DAYS: Final = (90, 30, 7)


def end_of(model: Mapping[str, Any]) -> date | None:
    """`shutdown_date` of a row of the list: a date, perhaps with a time, or seconds."""
    told = model.get("shutdown_date")
    if isinstance(told, int) and not isinstance(told, bool):
        return datetime.fromtimestamp(told, UTC).date()
    found = re.match(r"\d{4}-\d\d-\d\d", told) if isinstance(told, str) else None
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def replacement_of(model: str) -> str | None:
    names = [name for name in REPLACEMENTS if model == name or model.startswith(f"{name}-")]
    return REPLACEMENTS[max(names, key=len)] if names else None


def days_left(ends_at: date, now: datetime) -> int:
    """Below 0: it has ended."""
    return (ends_at - now.date()).days


def warning_due(ends_at: date, now: datetime) -> int | None:
    """The mark that was passed last: 90, 30 or 7 days before; None where too early, or over."""
    left = days_left(ends_at, now)
    passed = [days for days in WARN_DAYS if 0 <= left <= days]
    return min(passed) if passed else None
