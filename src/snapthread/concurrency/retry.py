"""Trying again where a service is busy: after what it asks for, or after a wait that grows."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from snapthread.clock import now_s
from snapthread.errors import Busy, StoreBusy, StoreFull
from snapthread.limits import LEASE_S

T = TypeVar("T")

STORE_AGAIN_S = 0.2
GROWS_AT_MOST = 64  # times: by then each wait is at its longest, and a power too large is an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The wait before the next try: `factor` times longer after each failure. `jitter`: the share
    by which it is shorter or longer, so that many do not come back at once."""

    first_s: float
    factor: float = 2.0
    longest_s: float = inf
    jitter: float = 0.0

    def wait_s(self, failures: int, asked_s: float | None = None) -> float:
        """After this many failures. `asked_s`: what the service asks for goes before it."""
        if asked_s:
            return asked_s
        wait_s = self.first_s * self.factor ** min(failures - 1, GROWS_AT_MOST)
        return min(wait_s, self.longest_s) * random.uniform(1 - self.jitter, 1 + self.jitter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A few tries of one call, with what the last one raises; so also where the next one would be
    further away than `patience_s`."""

    tries: int
    backoff: Backoff
    patience_s: float = inf

    async def run(self, call: Callable[[], Awaitable[T]], *, on: type[Busy] = Busy) -> T:
        for failures in range(1, self.tries):
            try:
                return await call()
            except on as busy:
                await self._wait(busy, failures)
        return await call()

    async def _wait(self, busy: Busy, failures: int) -> None:
        wait_s = self.backoff.wait_s(failures, busy.retry_after_s)
        if wait_s > self.patience_s:
            raise busy
        await asyncio.sleep(wait_s)


async def until_stored(write: Callable[[], Awaitable[T]]) -> T:
    """The result of writing down what has happened already, and what would be done twice where it
    is not known: again while the store is away, as long as a lease can last."""
    until_s = now_s() + LEASE_S
    while True:
        try:
            return await write()
        except (StoreBusy, StoreFull):
            if now_s() > until_s:
                raise
        await asyncio.sleep(STORE_AGAIN_S)
