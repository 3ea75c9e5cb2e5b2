"""A message to everybody: one after the other, paced, and gone on with after a kill.

The person is written down after Telegram took the message: a kill between the two brings it once
more to that one.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from snapthread.concurrency.retry import Backoff
from snapthread.errors import (
    ChatBusy,
    ChatRefused,
    ChatUnreachable,
    SnapthreadError,
    StoreBusy,
    StoreFull,
)
from snapthread.model import (
    Destination,
    Language,
    OutboxMessage,
    OutgoingMessage,
    private_conversation,
)
from snapthread.model.people import OPERATOR, Broadcast, Person, Reached
from snapthread.ports import BroadcastSending, Chat, Clock, Jobs, Outbox
from snapthread.texts import Texts

log = structlog.get_logger()

PACE_S: Final = 1 / 15  # half of what Telegram allows a bot: answers go on beside it
AT_ONCE: Final = 50  # read
LOOK_EVERY_S: Final = 10.0  # for one that another process, or a command, has begun
LEASE_S: Final = 60.0
WAIT_HERE_S: Final = 15.0  # then the lease is renewed
AGAIN: Final = Backoff(first_s=5.0, longest_s=60.0)
TRIES: Final = 12  # of one person: eight minutes, so that Telegram away for a moment costs nobody
JOB: Final = "broadcast"


class BroadcastStore(BroadcastSending, Jobs, Outbox, Protocol):
    """The store as the broadcaster needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Broadcaster:
    """One instance a process; one process sends at a time."""

    store: BroadcastStore
    chat: Chat
    clock: Clock
    texts: Texts
    language: Language
    may: Callable[[Person], bool]
    _owner: str = field(default_factory=lambda: secrets.token_hex(8), init=False)
    _begun: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def wake(self) -> None:
        self._begun.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                while await self.run_once():
                    pass
            except (StoreBusy, StoreFull) as error:
                log.warning("trouble", kind="store", why=str(error))
            except SnapthreadError:
                raise
            except Exception as error:  # answers go on
                log.error("broadcast.broke", exc_info=error)
            self._begun.clear()
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._begun.wait()
            except TimeoutError:
                continue

    async def run_once(self) -> bool:
        """Some people of the oldest broadcast; False where there is nothing to do here."""
        broadcast = await self.store.broadcast_to_send()
        if broadcast is None or not await self._take_or_keep_job():
            return False
        people = await self.store.next_people(broadcast, limit=AT_ONCE)
        for person in people:
            reached = await self._send(broadcast, person)
            if reached is None or not await self.store.note_reached(
                broadcast.id, person.user_id, reached
            ):
                return False
        if not people:
            await self._finish(broadcast)
        return await self._take_or_keep_job()

    async def _take_or_keep_job(self) -> bool:
        return await self.store.take_job(JOB, self._owner, self.clock(), lease_s=LEASE_S)

    async def _send(self, broadcast: Broadcast, person: Person) -> Reached | None:
        """None where the lease was lost meanwhile."""
        if person.first_at > broadcast.at or not self.may(person):
            return "skipped"
        to = Destination(chat_id=person.user_id)
        part = OutboxMessage(id=0, to=to, outgoing=OutgoingMessage(text=broadcast.text))
        for failures in range(1, TRIES + 1):
            try:
                await self.chat.send(part)
            except ChatBusy as busy:
                if not await self._wait(AGAIN.wait_s(failures, busy.retry_after_s)):
                    return None
            except ChatUnreachable:
                return "blocked"
            except ChatRefused as refused:
                log.warning("broadcast.refused", why=str(refused))
                return "failed"
            else:
                await asyncio.sleep(PACE_S)
                return "sent"
        log.warning("broadcast.refused", why="Telegram failed at each try")
        return "failed"

    async def _wait(self, wait_s: float) -> bool:
        """As long as Telegram asks for; False where somebody else has the job by then."""
        while wait_s > 0:
            await asyncio.sleep(min(wait_s, WAIT_HERE_S))
            wait_s -= WAIT_HERE_S
            if not await self._take_or_keep_job():
                return False
        return True

    async def _finish(self, broadcast: Broadcast) -> None:
        done = await self.store.finish_broadcast(broadcast.id)
        if done is None:
            return
        log.info("broadcast.done", sent=done.sent, blocked=done.blocked, failed=done.failed)
        if done.by != OPERATOR:
            await self._report(done)

    async def _report(self, done: Broadcast) -> None:
        counts = {"sent": done.sent, "blocked": done.blocked, "failed": done.failed}
        outgoing = OutgoingMessage(text=self.texts(self.language, "broadcast_done", **counts))
        to = Destination(chat_id=done.by)
        await self.store.enqueue(private_conversation(done.by), to, outgoing, self.clock())
