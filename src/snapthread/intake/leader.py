"""Work that one process of all does at a time: the polling of a bot with several replicas."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from snapthread.concurrency.lease import Lease
from snapthread.errors import LeaseLost, StoreBusy, StoreFull
from snapthread.ports import Clock, Jobs

log = structlog.get_logger()

LEASE_S: Final = 9.0  # with what follows, who died is replaced well within 15 s
AGAIN_S: Final = 2.0

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(slots=True, kw_only=True, eq=False)
class LeaderLease:
    """Whoever holds the job works, and keeps saying so; the others stand by."""

    store: Jobs
    job: str
    clock: Clock
    name: str  # of the process, for whoever looks; two may have the same
    _me: str = field(init=False)

    def __post_init__(self) -> None:
        self._me = f"{self.name} {secrets.token_hex(8)}"

    async def run(self, work: Work, *, standing_by: Callable[[], None]) -> None:
        """For ever; raises what the work raises."""
        try:
            while True:
                if await self._take_or_keep():
                    await self._work(work)
                else:
                    standing_by()
                    await asyncio.sleep(AGAIN_S)
        finally:
            await self._give_up()

    async def _work(self, work: Work) -> None:
        """Until the job is somebody else's."""
        log.info("duty.taken", job=self.job)
        lease = Lease(renew=self._take_or_keep, lasts_s=LEASE_S, every_s=AGAIN_S)
        try:
            await lease.run(work())
        except LeaseLost:
            log.warning("trouble", kind="duty", why=f"{self.job} is somebody else's now")

    async def _take_or_keep(self, *, lease_s: float = LEASE_S) -> bool:
        """Take or keep the job; a process that cannot ask the store leaves it to the others."""
        try:
            return await self.store.take_job(self.job, self._me, self.clock(), lease_s=lease_s)
        except (StoreBusy, StoreFull):
            return False

    async def _give_up(self) -> None:
        """At once, so that nobody waits for the lease; only where it is ours."""
        if await self._take_or_keep():
            await self._take_or_keep(lease_s=0)
