"""Puts off conversations that are broken: others go on meanwhile."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from snapthread.concurrency.retry import Backoff
from snapthread.errors import WAIT_MAX_S, ConversationBroken
from snapthread.ports import Clock, PutOff

log = structlog.get_logger()

AGAIN: Final = Backoff(first_s=5.0, longest_s=WAIT_MAX_S)  # no pause that is longer is believed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrokenConversations:
    """The conversations that could not be claimed, and how often in a row."""

    store: PutOff
    clock: Clock
    _failures: dict[str, int] = field(default_factory=dict, init=False)

    async def put_off(self, error: ConversationBroken) -> None:
        """Longer after each failure. Raises StoreBusy, StoreFull."""
        key = error.conversation
        failures = self._failures.get(key, 0) + 1
        again_in_s = AGAIN.wait_s(failures)
        now = self.clock()
        log.error("conversation.broke", again_in_s=again_in_s, exc_info=error.__cause__)
        await self.store.put_off(key, now, until=now + timedelta(seconds=again_in_s))
        self._failures[key] = failures

    def note_claimed(self, key: str) -> None:
        self._failures.pop(key, None)
