"""What other processes did to work of ours: heard twice a second while anything runs."""

import asyncio
from collections.abc import Callable

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.intake.worker import Worker
from snapthread.limits import NEWS_EVERY_S
from snapthread.model import ConversationKey
from snapthread.ports import Clock, Store
from snapthread.rate_limits import Pauses

log = structlog.get_logger()

StopAnswer = Callable[[ConversationKey, int], None]


class Listening:
    """A reset elsewhere ends our turn, a Stop elsewhere our answer, a pause elsewhere our calls."""

    def __init__(
        self, store: Store, worker: Worker, pauses: Pauses, clock: Clock, *, stop: StopAnswer
    ) -> None:
        self._store = store
        self._worker = worker
        self._pauses = pauses
        self._clock = clock
        self._stop = stop

    async def run(self) -> None:
        """For ever."""
        while True:
            await self._worker.works()
            try:
                await self.hear()
            except (StoreBusy, StoreFull) as away:
                log.debug("trouble", kind="store", why=str(away))  # the lease looks after itself
            await asyncio.sleep(NEWS_EVERY_S)

    async def hear(self) -> None:
        news = await self._store.news(self._worker.claims, self._clock())
        self._pauses.hear(news.pauses)
        for claim in news.lost:
            self._worker.lose(claim)
        for claim in news.stopped:
            self._stop(claim.conversation, claim.turn)
