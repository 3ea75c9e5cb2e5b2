"""A bound on what is in use at once, by weight and in order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple


class _Waiting(NamedTuple):
    share: int
    admitted: asyncio.Future[None]


class Budget:
    """First come, first served: nothing small slips past something large that waits."""

    def __init__(self, total: int) -> None:
        self._total = total
        self.free = total
        self._queue: deque[_Waiting] = deque()

    @asynccontextmanager
    async def share(self, amount: int) -> AsyncIterator[None]:
        """Taken for the time of a block."""
        taken = await self.take(amount)
        try:
            yield
        finally:
            self.give_back(taken)

    async def take(self, amount: int) -> int:
        """Waits for it, and returns what to give back: never more than there is in all."""
        share = min(amount, self._total)
        waiting = _Waiting(share, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._admit()
        try:
            await waiting.admitted
        except asyncio.CancelledError:
            self._leave(waiting)
            raise
        return share

    def give_back(self, share: int) -> None:
        self.free += share
        self._admit()

    def _admit(self) -> None:
        while self._queue and self._queue[0].share <= self.free:
            share, admitted = self._queue.popleft()
            if not admitted.cancelled():
                self.free -= share
                admitted.set_result(None)

    def _leave(self, waiting: _Waiting) -> None:
        """Cancelled: while it waited, or after it was admitted and before it could say so."""
        if waiting.admitted.cancelled():
            self._queue = deque(other for other in self._queue if other is not waiting)
            self._admit()
        else:
            self.give_back(waiting.share)
