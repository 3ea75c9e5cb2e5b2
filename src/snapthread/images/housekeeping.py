"""Beside the line: what is due leaves and is deleted, what is unknown is settled.

`run_once` and `sweep` are the product, also from the command line; `run` is a loop around them, and
beside it one around the daily look at everything, which takes long where much is to be mended.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from snapthread.clock import now_s
from snapthread.errors import SnapthreadError
from snapthread.images.deleter import Deleter, Progress
from snapthread.images.reconcile import Reconcile
from snapthread.images.unknown_uploads import UnknownUploads
from snapthread.ports import (
    Backlogs,
    BlockedUsers,
    Clock,
    Erasure,
    Jobs,
    Retention,
    StaleReservations,
    Tidying,
)

log = structlog.get_logger()

LOOK_EVERY_S = 5.0
SWEEP_EVERY_S = 60.0
SWEEP_LEASE_S = 180.0  # a process that died is replaced after that
TIDY_EVERY_S = 3600.0
RECONCILE_EVERY_S = 86_400.0
LOOK_FOR_RECONCILE_S = 3600.0  # whichever process finds the job free
BATCH = 500

Wait = Callable[[], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class SweepResult:
    """Counts of a sweep, and of what is still to do."""

    images_retired: int = 0
    files_deleted: int = 0
    remaining: int = 0


class HousekeepingStore(
    Jobs, Retention, StaleReservations, BlockedUsers, Erasure, Tidying, Backlogs, Protocol
):
    """The store as housekeeping needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Housekeeping:
    """One instance a process; the store's job leases keep processes out of each other's way."""

    store: HousekeepingStore
    deleter: Deleter
    unknown_uploads: UnknownUploads
    reconcile: Reconcile
    clock: Clock
    woken: asyncio.Event
    retention_days: int = 30
    _retention: timedelta = field(init=False)
    _owner: str = field(default_factory=lambda: secrets.token_hex(8), init=False)
    _next_s: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._retention = timedelta(days=self.retention_days)

    def wake(self) -> None:
        """Files were retired."""
        self.woken.set()

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self.run_once, self._wait))
            group.create_task(_again_and_again(self._reconcile_daily, _an_hour))

    async def run_once(self) -> int:
        """Everything that is due now; how many things changed."""
        changed = await self.deleter.delete_due() + await self.unknown_uploads.settle()
        if self._take_if_due("sweep", SWEEP_EVERY_S) and await self._take_job(
            "sweep", SWEEP_LEASE_S
        ):
            changed += await self._retire() + await self._erase_blocked()
            changed += await self.store.settle_stale(self.clock(), limit=BATCH)
        if self._take_if_due("tidy", TIDY_EVERY_S):
            await self.store.tidy(self.clock())
        return changed

    async def sweep(self, progress: Progress = lambda _: None) -> SweepResult:
        """Retention and deletions, to the end of what is due now."""
        swept = SweepResult(images_retired=await self._retire(progress))
        swept.files_deleted = await self.deleter.delete_due(progress)
        await self.unknown_uploads.settle()
        swept.remaining = (await self.store.backlog(self.clock())).files
        return swept

    async def _retire(self, progress: Progress = lambda _: None) -> int:
        retired = await self.store.retire_stranded(self.clock())
        while batch := await self.store.retire_leaving(self.clock(), limit=BATCH):
            retired += batch
            progress(batch)
        if retired:
            log.info("sweep.retired", images=retired)
            self.wake()
        return retired

    async def _erase_blocked(self) -> int:
        """Erase people who blocked the bot as long ago as we keep images."""
        users = await self.store.blocked_before(self.clock() - self._retention, limit=BATCH)
        for user in users:
            await self.store.erase(user, self.clock())
            log.info("user.erased", user=user, reason="blocked")
        return len(users)

    async def _reconcile_daily(self) -> None:
        """By whichever process finds the job free; it stays taken until the next day, also for
        this one: so under another name each time."""
        me = secrets.token_hex(8)
        lease_s = RECONCILE_EVERY_S
        if await self.store.take_job("reconcile", me, self.clock(), lease_s=lease_s):
            await self.reconcile.run()

    def _take_if_due(self, job: str, every_s: float) -> bool:
        """The next time for this process."""
        due = now_s() >= self._next_s.get(job, 0.0)
        if due:
            self._next_s[job] = now_s() + every_s
        return due

    async def _take_job(self, job: str, lease_s: float) -> bool:
        """For one process of all."""
        return await self.store.take_job(job, self._owner, self.clock(), lease_s=lease_s)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self.woken.wait()
        except TimeoutError:
            pass
        self.woken.clear()


async def _again_and_again(work: Callable[[], Awaitable[object]], wait: Wait) -> None:
    while True:
        try:
            await work()
        except SnapthreadError as error:
            log.warning("trouble", kind="housekeeping", why=str(error))
        except Exception as error:
            log.error("housekeeping.broke", exc_info=error)
        await wait()


async def _an_hour() -> None:
    await asyncio.sleep(LOOK_FOR_RECONCILE_S)
