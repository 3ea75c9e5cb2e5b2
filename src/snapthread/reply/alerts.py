"""Tells the admins what only they can mend, once an hour for each kind, or once for ever."""

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


class Alerts:
    """One instance a process; the store remembers what was told, where it can be written."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        texts: Texts,
        clock: Clock,
        *,
        admins: frozenset[int],
        language: Language,
    ) -> None:
        self._store = store
        self._chat = chat
        self._texts = texts
        self._clock = clock
        self._admins = admins
        self._language = language
        self._told_at: dict[str, datetime] = {}

    async def tell(self, key: str, *, detail: str = "") -> None:
        outgoing = OutgoingMessage(text=self._texts(self._language, key, detail=detail))
        for admin in self._admins:
            try:
                await self._leave_message(admin, key, outgoing)
            except (StoreBusy, StoreFull):
                await self._send_at_once(admin, key, outgoing)

    async def tell_once(self, key: str, mark: str, **fields: object) -> None:
        """Each admin once for ever, by this mark; raises StoreBusy, StoreFull: then later."""
        outgoing = OutgoingMessage(text=self._texts(self._language, key, **fields))
        for admin in self._admins:
            await self._store.enqueue(
                private_conversation(admin),
                Destination(chat_id=admin),
                outgoing,
                self._clock(),
                once=f"{mark}:{admin}",
            )

    async def _leave_message(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        await self._store.enqueue(
            private_conversation(admin),
            Destination(chat_id=admin),
            outgoing,
            self._clock(),
            once=f"{key}:{admin}",
            again_after_s=ALERT_EVERY_S,
        )

    async def _send_at_once(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        """The store cannot be written, so the message goes past it."""
        now, mark = self._clock(), f"{key}:{admin}"
        told_at = self._told_at.get(mark)
        if told_at is not None and now - told_at < timedelta(seconds=ALERT_EVERY_S):
            return
        self._told_at[mark] = now
        try:
            await self._chat.send(
                OutboxMessage(id=0, to=Destination(chat_id=admin), outgoing=outgoing)
            )
        except SnapthreadError as error:
            log.warning("trouble", kind="alert", why=str(error))
