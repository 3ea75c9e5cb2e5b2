"""The time, as the line tells it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
