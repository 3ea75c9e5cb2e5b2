"""Presence: what each process of a bot reports of itself, for those who look at all of them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from snapthread.errors import StoreBusy, StoreFull
from snapthread.model import Replica
from snapthread.ports import Clock, Replicas

log = structlog.get_logger()

TELL_EVERY_S: Final = 30.0
LEAVE_S: Final = 1.0  # a store that is away holds up no end


@dataclass(slots=True, kw_only=True, eq=False)
class Presence:
    """One instance a process."""

    replicas: Replicas
    clock: Clock
    name: str
    version: str
    is_polling: Callable[[], bool]
    active_turns: Callable[[], int]
    _began_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._began_at = self.clock()

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.tell()
            await asyncio.sleep(TELL_EVERY_S)

    async def tell(self) -> None:
        """A store that is away hears it the next time."""
        replica = Replica(
            name=self.name,
            version=self.version,
            began_at=self._began_at,
            seen_at=self.clock(),
            is_polling=self.is_polling(),
            active_turns=self.active_turns(),
        )
        try:
            await self.replicas.note_replica(replica)
        except (StoreBusy, StoreFull) as away:
            log.debug("trouble", kind="store", why=str(away))

    async def leave(self) -> None:
        """At an end in order: who died is left to be seen."""
        with suppress(StoreBusy, StoreFull, TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await self.replicas.forget_replica(self.name)
