"""Keeping a lease: work goes on while whoever gave the lease renews it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from snapthread.clock import now_s
from snapthread.errors import LeaseLost, StoreBusy, StoreFull

log = structlog.get_logger()

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Lease:
    """A lease that is held. It runs from when it was asked for, however late the answer came."""

    renew: Callable[[], Awaitable[bool]]  # is it still ours?
    lasts_s: float
    every_s: float
    asked_s: float = field(default_factory=now_s)

    async def keep(self, work: asyncio.Task[Any]) -> bool:
        """Renew it until the work is done: True; False as soon as it is lost, and the work not
        done."""
        while not (await asyncio.wait({work}, timeout=self.every_s))[0]:
            if not await self._try_renewing():
                return False
        return True

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result; raises LeaseLost where the lease is lost: then the work has ended."""
        task = asyncio.create_task(work)
        try:
            if not await self.keep(task):
                raise LeaseLost
            return task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _try_renewing(self) -> bool:
        """While the store is away it is ours until it runs out."""
        asked_s = now_s()
        try:
            is_ours = await self.renew()
        except (StoreBusy, StoreFull):
            return now_s() + self.every_s < self.asked_s + self.lasts_s
        except Exception as error:  # whatever waits for the work must not wait for ever
            log.error("lease.broke", exc_info=error)
            return False
        self.asked_s = asked_s
        return is_ours
