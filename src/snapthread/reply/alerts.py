"""Tells the admins what only they can mend, once an hour for each kind, or once for ever."""

from dataclasses import dataclass, field

import structlog

from snapthread.clock import now_s
from snapthread.errors import SnapthreadError, StoreBusy, StoreFull
from snapthread.limits import ALERT_EVERY_S
from snapthread.model import (
    ConversationKey,
    Destination,
    Language,
    OutboxMessage,
    OutgoingMessage,
    private_conversation,
)
from snapthread.ports import Chat, Clock, Outbox
from snapthread.texts import Texts

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class Alerts:
    """One instance a process; the store remembers what was sent, if it can be written."""

    store: Outbox
    chat: Chat
    texts: Texts
    clock: Clock
    admins: frozenset[int]
    language: Language
    server: str = "OpenAI"  # that answers
    _told_s: dict[str, float] = field(default_factory=dict, init=False)  # by the loop's clock
    # Rows of the outbox, so a crash loses none; only whom they reached is then not known here.
    _on_their_way: dict[tuple[ConversationKey, str], str] = field(default_factory=dict, init=False)
    _reached_s: dict[str, float] = field(default_factory=dict, init=False)

    async def tell(self, key: str, *, detail: str = "", **fields: object) -> bool:
        """True where this process knows that an admin has read of it within the last hour."""
        outgoing = self._outgoing(key, detail=detail, **fields)
        for admin in self.admins:
            try:
                await self._leave_message(admin, key, outgoing)
            except (StoreBusy, StoreFull):
                await self._send_at_once(admin, key, outgoing)
        return _is_recent(self._reached_s.get(key))

    def note_delivered(self, conversation: ConversationKey, outgoing: OutgoingMessage) -> None:
        """Telegram took this message of this conversation."""
        key = self._on_their_way.pop((conversation, outgoing.text), None)
        if key is not None:
            self._reached_s[key] = now_s()

    async def tell_once(self, key: str, mark: str, **fields: object) -> None:
        """Each admin once for ever, by this mark; raises StoreBusy, StoreFull: then later."""
        outgoing = self._outgoing(key, **fields)
        for admin in self.admins:
            await self.store.enqueue(
                private_conversation(admin),
                Destination(chat_id=admin),
                outgoing,
                self.clock(),
                once=f"{mark}:{admin}",
            )

    def _outgoing(self, key: str, **fields: object) -> OutgoingMessage:
        return OutgoingMessage(text=self.texts(self.language, key, server=self.server, **fields))

    async def _leave_message(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        conversation = private_conversation(admin)
        is_new = await self.store.enqueue(
            conversation,
            Destination(chat_id=admin),
            outgoing,
            self.clock(),
            once=f"{key}:{admin}",
            again_after_s=ALERT_EVERY_S,
        )
        if is_new:
            self._on_their_way[conversation, outgoing.text] = key

    async def _send_at_once(self, admin: int, key: str, outgoing: OutgoingMessage) -> None:
        """The store cannot be written, so the message goes past it."""
        mark = f"{key}:{admin}"
        if _is_recent(self._told_s.get(mark)):
            return
        self._told_s[mark] = now_s()
        try:
            await self.chat.send(
                OutboxMessage(id=0, to=Destination(chat_id=admin), outgoing=outgoing)
            )
        except SnapthreadError as error:
            log.warning("trouble", kind="alert", why=str(error))
        else:
            self._reached_s[key] = now_s()


def _is_recent(at_s: float | None) -> bool:
    return at_s is not None and now_s() - at_s < ALERT_EVERY_S
