"""Keeps the lease of a claim while it is served, and gives the conversation back after it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from snapthread.concurrency.lease import Lease
from snapthread.errors import ChatBusy, LeaseLost, StoreBusy, StoreFull
from snapthread.limits import LEASE_S, RENEW_EVERY_S, SEND_RETRY_S
from snapthread.model import Claim, Served
from snapthread.ports import Clock, Leases

log = structlog.get_logger()

AGAIN_S = 5.0  # after a failure that was not the message's
NOT_THE_MESSAGES_FAULT = (asyncio.CancelledError, ChatBusy, StoreBusy, StoreFull)
EXPECTED = (*NOT_THE_MESSAGES_FAULT, LeaseLost)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClaimKeeper:
    """Keeps claims for whoever serves them."""

    store: Leases
    clock: Clock

    async def keep(self, claim: Claim, work: asyncio.Task[Served], asked_s: float) -> bool:
        """Keep the lease until the work is done; where it is lost, stop the work. True where the
        conversation waits for nothing but its person then."""
        lease = Lease(
            renew=lambda: self.store.renew(claim, self.clock(), lease_s=LEASE_S),
            lasts_s=LEASE_S,
            every_s=RENEW_EVERY_S,
            asked_s=asked_s,
        )
        if not await lease.keep(work):
            if end_work(work):
                log.warning("trouble", kind="lease", why="the lease is lost")
            await asyncio.wait({work})
        return await self._give_back(claim, work)

    async def _give_back(self, claim: Claim, work: asyncio.Task[Served]) -> bool:
        """True where the conversation waits for nothing but its person."""
        error = asyncio.CancelledError() if work.cancelled() else work.exception()
        if error is None and work.result() != "held":
            return work.result() == "idle"
        if error is not None and not isinstance(error, EXPECTED):
            log.error("turn.broke", attempt=claim.attempt, exc_info=error)
        pause_s = _pause_s(error)
        try:
            await self.store.release(
                claim,
                self.clock(),
                not_before=self.clock() + timedelta(seconds=pause_s) if pause_s else None,
                uncount=isinstance(error, NOT_THE_MESSAGES_FAULT),
            )
        except (StoreBusy, StoreFull) as away:
            log.warning("trouble", kind="store", why=str(away))  # the lease runs out by itself
        except Exception as broken:  # and here too
            log.error("lease.broke", exc_info=broken)
        return False


def end_work(work: asyncio.Task[Served]) -> bool:
    """Cancel it, once: the end of a turn writes down what it has cost."""
    ends = not work.done() and not work.cancelling()
    return ends and work.cancel()


def _pause_s(error: BaseException | None) -> float:
    """Seconds that the conversation waits before it is served again."""
    if isinstance(error, ChatBusy):
        return error.retry_after_s or SEND_RETRY_S
    if error is None or isinstance(error, asyncio.CancelledError | LeaseLost):
        return 0.0
    return AGAIN_S
