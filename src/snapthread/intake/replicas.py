"""Changes that other processes made to work of ours: heard twice a second while anything runs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.intake.worker import Worker
from snapthread.limits import SYNC_EVERY_S
from snapthread.model import ConversationKey
from snapthread.ports import ChangeFeed, Clock
from snapthread.rate_limits.cooldowns import Cooldowns

log = structlog.get_logger()

StopAnswer = Callable[[ConversationKey, int], None]


@dataclass(slots=True, kw_only=True, eq=False)
class ReplicaSync:
    """A reset elsewhere ends our turn, a Stop elsewhere our answer, a pause elsewhere our calls."""

    store: ChangeFeed
    worker: Worker
    cooldowns: Cooldowns
    clock: Clock
    stop: StopAnswer

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.worker.works()
            try:
                await self.sync_once()
            except (StoreBusy, StoreFull) as away:
                log.debug("trouble", kind="store", why=str(away))  # the lease looks after itself
            await asyncio.sleep(SYNC_EVERY_S)

    async def sync_once(self) -> None:
        changes = await self.store.poll_changes(self.worker.claims, self.clock())
        self.cooldowns.hear(changes.cooldowns)
        for claim in changes.lost:
            self.worker.lose(claim)
        for claim in changes.stopped:
            self.stop(claim.conversation, claim.turn)
