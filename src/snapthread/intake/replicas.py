"""What other processes did to work of ours: heard twice a second while anything runs."""

import asyncio
from collections.abc import Callable

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.intake.worker import Worker
from snapthread.limits import SYNC_EVERY_S
from snapthread.model import ConversationKey
from snapthread.ports import Clock, Store
from snapthread.rate_limits import Cooldowns

log = structlog.get_logger()

StopAnswer = Callable[[ConversationKey, int], None]


class ReplicaSync:
    """A reset elsewhere ends our turn, a Stop elsewhere our answer, a pause elsewhere our calls."""

    def __init__(
        self, store: Store, worker: Worker, cooldowns: Cooldowns, clock: Clock, *, stop: StopAnswer
    ) -> None:
        self._store = store
        self._worker = worker
        self._cooldowns = cooldowns
        self._clock = clock
        self._stop = stop

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._worker.works()
            try:
                await self.sync_once()
            except (StoreBusy, StoreFull) as away:
                log.debug("trouble", kind="store", why=str(away))  # the lease looks after itself
            await asyncio.sleep(SYNC_EVERY_S)

    async def sync_once(self) -> None:
        changes = await self._store.poll_changes(self._worker.claims, self._clock())
        self._cooldowns.hear(changes.cooldowns)
        for claim in changes.lost:
            self._worker.lose(claim)
        for claim in changes.stopped:
            self._stop(claim.conversation, claim.turn)
