"""The time of day, and a stopwatch by the loop's own clock, so that a test governs it too."""

import asyncio
from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def ms_since(began_s: float) -> int:
    return round((now_s() - began_s) * 1000)
