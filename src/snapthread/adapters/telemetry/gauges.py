"""Gauges of what is in the store: read when the metrics are, and not more often than is useful."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from math import nan
from typing import Final

import structlog

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.ports import Backlogs, Clock

COUNTED_EVERY: Final = timedelta(seconds=10)
READ_S: Final = 5.0

log = structlog.get_logger()


class StoreGauges:
    """Fills the gauges of the store; where it cannot be read, they are NaN."""

    def __init__(
        self,
        metrics: Metrics,
        store: Backlogs,
        clock: Clock,
        reasons: Callable[[], Awaitable[list[str]]],
    ) -> None:
        self._metrics = metrics
        self._store = store
        self._clock = clock
        self._reasons = reasons
        self._counted_at: datetime | None = None

    async def refresh(self) -> None:
        """Never raises: the metrics that need no store are read all the same."""
        try:
            async with asyncio.timeout(READ_S):
                await self._refresh()
        except Exception:
            log.exception("trouble", kind="metrics")
            self._counted_at = None
            for name in ("waiting_messages", "dead_letters", "deletions_due", "live_files"):
                self._metrics.set(name, nan)
            self._metrics.set("ready", 0)

    async def _refresh(self) -> None:
        now = self._clock()
        if self._counted_at is None or now - self._counted_at >= COUNTED_EVERY:
            await self._count(now)
            self._counted_at = now

    async def _count(self, now: datetime) -> None:
        self._metrics.set("ready", float(not await self._reasons()))
        backlog = await self._store.backlog(now)
        self._metrics.set("waiting_messages", backlog.messages)
        self._metrics.set("dead_letters", backlog.dead_letters)
        self._metrics.set("deletions_due", backlog.files)
        self._metrics.set("live_files", backlog.live_files)
