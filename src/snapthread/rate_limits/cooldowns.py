"""A service said how long to wait: no process calls it until then.

What each service asked for is kept in the store; every process hears of it within `SYNC_EVERY_S`,
or asks before its next call.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from snapthread.clock import now_s
from snapthread.errors import Busy, StoreBusy, StoreFull
from snapthread.limits import SYNC_EVERY_S
from snapthread.model import Cooldown
from snapthread.ports import ChangeFeed, Clock, CooldownNotes

# OpenAI limits its APIs apart, so that slow deletions hold up no answer.
ASSISTANT: Final = "openai"
FILES: Final = "openai files"
TRANSCRIPTIONS: Final = "openai transcriptions"
CHAT: Final = "telegram"

MOMENT_S: Final = 0.001  # less is not worth a wait, and a clock may not tell it from none
HEARD_MOST_S: Final = 60.0  # of a wait that another process was asked for, or an earlier one

T = TypeVar("T")
log = structlog.get_logger()


class CooldownStore(CooldownNotes, ChangeFeed, Protocol):
    """The store as cooldowns need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Cooldowns:
    """Waits that services asked for, of this process or of another; counted by the loop's own
    clock, which nobody sets."""

    store: CooldownStore
    clock: Clock
    _until_s: dict[str, float] = field(default_factory=dict, init=False)
    _known: dict[str, datetime] = field(default_factory=dict, init=False)  # as the store has them
    _heard_s: float = field(default_factory=lambda: float("-inf"), init=False)

    def hear(self, cooldowns: Mapping[str, Cooldown]) -> None:
        """Take over the waits that the store holds; one of ours may be longer. The clock may have
        been set back since: none lasts longer than was asked for, and after a minute the service
        is asked, and says it again."""
        self._heard_s = now_s()
        for service, asked in cooldowns.items():
            if asked.until != self._known.get(service):
                self._known[service] = asked.until
                left_s = (asked.until - self.clock()).total_seconds()
                most_s = HEARD_MOST_S if asked.wait_s is None else asked.wait_s
                self._lasts(service, min(left_s, most_s, HEARD_MOST_S))

    async def left_s(self, service: str) -> float:
        """Seconds for which nobody may call the service; 0 where everybody may."""
        if now_s() - self._heard_s >= SYNC_EVERY_S:
            await self._ask_the_store()
        return self._left_s(service)

    def _left_s(self, service: str) -> float:
        return max(0.0, self._until_s.get(service, 0.0) - now_s())

    def _lasts(self, service: str, wait_s: float) -> None:
        self._until_s[service] = now_s() + max(wait_s, self._left_s(service))

    async def _ask_the_store(self) -> None:
        try:
            changes = await self.store.poll_changes((), self.clock())
        except (StoreBusy, StoreFull):
            return  # what we know ourselves still holds
        self.hear(changes.cooldowns)

    async def keep(self, service: str, busy: Busy) -> None:
        """Every process waits as long as the service asked for, if it asked."""
        if busy.retry_after_s is None:
            return
        if busy.retry_after_s <= self._left_s(service):
            return
        now = self.clock()
        until = now + timedelta(seconds=busy.retry_after_s)
        self._known[service] = until
        self._lasts(service, busy.retry_after_s)
        log.info("service.paused", service=service, wait_s=round(busy.retry_after_s, 1))
        try:
            await self.store.start_cooldown(service, until, now)
        except (StoreBusy, StoreFull) as away:
            log.warning("trouble", kind="store", why=str(away))  # this process waits all the same

    async def wait(self, service: str, *, refusal: type[Busy], within_s: float) -> None:
        """Until everybody may call; raises `refusal` where that is too long to wait for, also
        because others ask for longer meanwhile."""
        until_s = now_s() + within_s
        while (left_s := await self.left_s(service)) > 0:
            if now_s() + left_s > until_s:
                raise refusal(f"{service} asked us to wait", retry_after_s=left_s)
            await asyncio.sleep(max(left_s, MOMENT_S))

    async def call(
        self,
        service: str,
        call: Callable[[], Awaitable[T]],
        *,
        busy: type[Busy],
        within_s: float,
    ) -> T:
        """Once everybody may; where the service asks to wait then, everybody does."""
        await self.wait(service, refusal=busy, within_s=within_s)
        try:
            return await call()
        except busy as asked:
            await self.keep(service, asked)
            raise
