"""Who holds a conversation: a worker that may have lost its lease stops before another begins."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

from structlog.testing import capture_logs

from snapthread.errors import StoreBusy
from snapthread.limits import LEASE_S
from snapthread.mailbox import Mailbox
from snapthread.model import Claim, ConversationKey
from snapthread.stopwatch import now_s
from tests import virtual

SLOW_S = 4.9  # just short of being given up
CLAIM = Claim(conversation=ConversationKey("user:7"), token=1, epoch=0, turn=1)


class SlowStore:
    """One conversation; its first renewal is answered late, and no later one at all."""

    def __init__(self) -> None:
        self.claims = [CLAIM]
        self.renewals = 0
        self.lease_until = virtual.now()

    async def jumpers(self) -> tuple[()]:
        return ()

    async def claim(self, now: datetime, *, lease_s: float, only: object) -> Claim | None:
        if not self.claims:
            return None
        self.lease_until = now + timedelta(seconds=lease_s)
        return self.claims.pop()

    async def renew(self, _claim: Claim, now: datetime, *, lease_s: float) -> bool:
        self.renewals += 1
        if self.renewals > 1:
            raise StoreBusy("away")
        self.lease_until = now + timedelta(seconds=lease_s)
        await asyncio.sleep(SLOW_S)
        return True

    async def release(self, *_: object, **__: object) -> None:
        self.claims = []

    async def next_wake(self, _now: datetime) -> None:
        return None


def test_a_lease_is_counted_from_before_the_store_was_asked() -> None:
    async def story() -> None:
        store, ended_at = SlowStore(), list[datetime]()

        async def serve(_claim: Claim) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended_at.append(virtual.now())

        mailbox = Mailbox(
            cast(Any, store), virtual.now, serve=serve, jump=cast(Any, None), parallel=1
        )
        running = asyncio.create_task(mailbox.run())
        began_s = now_s()
        while not ended_at and now_s() - began_s < 3 * LEASE_S:
            await asyncio.sleep(0.5)
        mailbox.stop()
        await running
        assert ended_at[0] < store.lease_until

    with capture_logs():
        virtual.run(story())
