"""A sign of life in the store, for who cannot ask the process itself: `snapthread health`.

It is a job's lease: who polls, or listens for a webhook, holds it for two minutes, and whoever can
take it knows that no bot of this store is there. All processes of a bot hold it as one.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from snapthread.clock import now_s
from snapthread.errors import StoreBusy, StoreFull
from snapthread.ports import Clock, Jobs

log = structlog.get_logger()

ALIVE_S: Final = 120.0
BEAT_EVERY_S: Final = 30.0  # three may fail, and a long poll takes 50 s
JOB: Final = "alive"
BOT: Final = "bot"


@dataclass(slots=True, kw_only=True, eq=False)
class Heartbeat:
    """One instance a process."""

    jobs: Jobs
    clock: Clock
    _next_s: float = field(default=float("-inf"), init=False)

    async def beat(self) -> None:
        """Now, unless it was told a moment ago. A store that is away costs no poll."""
        if now_s() < self._next_s:
            return
        self._next_s = now_s() + BEAT_EVERY_S
        try:
            await self.jobs.take_job(JOB, BOT, self.clock(), lease_s=ALIVE_S)
        except (StoreBusy, StoreFull) as away:
            log.debug("trouble", kind="store", why=str(away))

    async def run(self) -> None:
        """For ever: of a process that Telegram calls, where nobody may write for hours."""
        while True:
            await self.beat()
            await asyncio.sleep(BEAT_EVERY_S)


async def is_alive(jobs: Jobs, now: datetime) -> bool:
    """Did the bot of this store poll, or hear a webhook, within two minutes?"""
    return not await jobs.take_job(JOB, "health", now, lease_s=0)
