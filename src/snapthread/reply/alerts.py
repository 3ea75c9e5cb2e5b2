"""Tells the admins what only they can mend, once an hour for each kind."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from snapthread.errors import SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ALERT_EVERY_S
from snapthread.model import (
    Destination,
    Language,
    OutboxMessage,
    OutgoingMessage,
    private_conversation,
)
from snapthread.ports import Chat, Clock, Store
from snapthread.texts import Texts

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class Alerts:
    """One instance a process; the store remembers what was told, where it can be written."""

    store: Store
    chat: Chat
    texts: Texts
    clock: Clock
    admins: frozenset[int]
    language: Language
    _told_at: dict[str, datetime] = field(default_factory=dict, init=False)

    async def tell(self, key: str, *, detail: str = "") -> None:
        outgoing = OutgoingMessage(text=self.texts(self.language, key, detail=detail))
        for admin in self.admins:
            try:
                await self._leave_message(admin, key, outgoing)
            except (StoreBusy, StoreFull):
                await self._send_at_once(admin, key, outgoing)

    async def _leave_message(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        await self.store.enqueue(
            private_conversation(admin),
            Destination(chat_id=admin),
            outgoing,
            self.clock(),
            once=f"{key}:{admin}",
            again_after_s=ALERT_EVERY_S,
        )

    async def _send_at_once(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        """The store cannot be written, so the message goes past it."""
        now, mark = self.clock(), f"{key}:{admin}"
        told_at = self._told_at.get(mark)
        if told_at is not None and now - told_at < timedelta(seconds=ALERT_EVERY_S):
            return
        self._told_at[mark] = now
        try:
            await self.chat.send(
                OutboxMessage(id=0, to=Destination(chat_id=admin), outgoing=outgoing)
            )
        except SnapthreadError as error:
            log.warning("trouble", kind="alert", why=str(error))
