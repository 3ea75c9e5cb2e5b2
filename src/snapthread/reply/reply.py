"""Delivery to Telegram: messages that fit, in order, at least once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from snapthread.clock import ms_since, now_s
from snapthread.concurrency.retry import Backoff, Retry, until_stored
from snapthread.errors import ChatBusy, ChatRefused, ChatUnreachable
from snapthread.limits import CHAT_ACTION_S, SEND_TRIES
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    OutboxMessage,
    OutgoingMessage,
    Served,
)
from snapthread.ports import Chat, Clock, Deliveries
from snapthread.reply.shown import MessagesById, ShownMessages
from snapthread.reply.simpler import STEPS, Messages, pieces_of
from snapthread.reply.topics import Topics

log = structlog.get_logger()

OF_TEXT = frozenset({"entities", "buttons", "length"})
# A longer wait gives the conversation back, so that others go on.
SENDING = Retry(tries=SEND_TRIES, backoff=Backoff(first_s=1.0), patience_s=10.0)


Explain = Callable[[Claim], OutgoingMessage]


@dataclass(slots=True, kw_only=True, eq=False)
class ReplySender:
    """Delivers messages; each is forgotten once Telegram took it. `explain`: the sentence in place
    of one that is not taken in any form."""

    store: Deliveries
    chat: Chat
    clock: Clock
    topics: Topics
    shown: ShownMessages
    explain: Explain
    note_delivered: Callable[[ConversationKey, OutgoingMessage], None]
    # Of messages that go in pieces, those that Telegram took before it asked us to wait.
    _pieces: dict[tuple[ConversationKey, int], list[int]] = field(default_factory=dict, init=False)

    async def deliver(
        self, claim: Claim, outbox: Sequence[OutboxMessage], *, record_id: str, began_s: float
    ) -> Served:
        """In order; the conversation is given back with the last one. Raises ChatBusy where
        Telegram must be waited for; what is left stays."""
        served: Served = "held"
        every: list[int] = []
        shown = self.shown.take(claim)
        for number, message in enumerate(outbox, start=1):
            sent = self._pieces.pop((claim.conversation, message.id), [])
            try:
                is_taken = await self._send_or_explain(claim, message, shown, sent)
            except ChatUnreachable as unreachable:
                await self._drop(claim, unreachable)
                return "held"
            except ChatBusy:
                if sent:  # some of its pieces
                    self._pieces[claim.conversation, message.id] = sent
                raise
            every += sent
            if number < len(outbox):
                await until_stored(partial(self.store.mark_sent, claim, message, sent))
            else:
                conclude = partial(
                    self.store.conclude,
                    claim,
                    message,
                    self.clock(),
                    record_id=record_id,
                    delivered_ms=ms_since(began_s),
                    message_ids=every,
                    sent=sent,
                )
                served = "more" if await until_stored(conclude) else "idle"
            if is_taken:
                self.note_delivered(claim.conversation, message.outgoing)
        return served

    async def _send_or_explain(
        self, claim: Claim, message: OutboxMessage, shown: MessagesById, sent: list[int]
    ) -> bool:
        """False where a sentence went in its place. `sent`: the messages that Telegram took."""
        is_taken = _take_as_sent(message, shown, sent)
        is_taken = is_taken or await self._send_in_some_form(claim, message, sent)
        if not is_taken:
            await self._send_explanation(claim, message)
        return is_taken

    async def _send_in_some_form(
        self, claim: Claim, message: OutboxMessage, sent: list[int]
    ) -> bool:
        """As it is, then simpler and simpler; False where none is taken. Raises ChatUnreachable.
        `sent`: the messages that Telegram took."""
        if sent:  # in pieces, before it had to wait
            return await self._refusal(pieces_of(message)[len(sent) :], sent) is None
        tried: Messages = (message,)
        refused = await self._refusal(tried, sent)
        for step in STEPS:
            if refused is None:
                return True
            log.warning("part.refused", part=refused.part, why=str(refused))
            if refused.part == "topic":
                self.topics.look(claim.conversation, message.to)
            simpler = step(message, refused)
            if simpler != tried:
                tried, refused = simpler, await self._refusal(simpler, sent)
        if refused is not None and tried == (message,):  # nothing to leave out: once more as it is
            refused = await self._refusal(tried, sent)
        return refused is None

    async def _send_explanation(self, claim: Claim, message: OutboxMessage) -> None:
        to = Destination(chat_id=message.to.chat_id, inline_id=message.to.inline_id)
        explained = replace(message, to=to, outgoing=self.explain(claim))
        refused = await self._refusal((explained,), [])
        log.warning("part.dropped", reason="refused", count=1, why=str(refused or "in every form"))

    async def _refusal(self, messages: Messages, sent: list[int]) -> ChatRefused | None:
        """Why Telegram does not take one of them; None where it took all."""
        try:
            for message in messages:
                sent += await self._send(message)
        except ChatUnreachable:
            raise
        except ChatRefused as refused:
            return refused
        return None

    async def _send(self, message: OutboxMessage) -> list[int]:
        began = now_s()
        sent = await SENDING.run(lambda: self._put(message), on=ChatBusy)
        log.info("part.delivered", ms=ms_since(began))
        return sent

    async def _put(self, message: OutboxMessage) -> list[int]:
        """In the place of the message that showed the answer as it grew, or the one before, if that
        is still there; the messages that can be edited later."""
        if message.outgoing.is_removal:
            await self._remove(message)
            return []
        if message.to.replaces is not None and not message.outgoing.has_content:
            await self.chat.remove_buttons(message.to, message.to.replaces)
            return []
        if message.to.inline_id is not None:
            await self.chat.edit_guest(message.to.inline_id, message.outgoing)
            return []
        if message.to.replaces is not None:
            try:
                await self.chat.edit(message.to, message.to.replaces, message.outgoing)
            except ChatUnreachable:
                raise
            except ChatRefused as refused:
                if refused.part in OF_TEXT:  # simpler, it can still take that place
                    raise
                log.info("part.not_replaced", why=str(refused))
            else:
                return [message.to.replaces]
        message_id = await self.chat.send(message)
        return [message_id] if message.outgoing.seen_by is None else []

    async def _remove(self, message: OutboxMessage) -> None:
        """One that is too old to go says that it is over, or only loses its buttons; whatever
        Telegram says, that was it."""
        message_id = message.to.replaces
        if message_id is None:
            return  # there is nothing to remove
        try:
            await self._delete_or_empty(message.to, message_id, message.outgoing)
        except ChatUnreachable:
            raise
        except ChatRefused as refused:
            log.info("part.not_replaced", why=str(refused))

    async def _delete_or_empty(
        self, to: Destination, message_id: int, emptied: OutgoingMessage
    ) -> None:
        try:
            await self.chat.delete(to, message_id)
        except ChatUnreachable:
            raise
        except ChatRefused:
            if emptied.has_content:
                await self.chat.edit(to, message_id, emptied)
            else:
                await self.chat.remove_buttons(to, message_id)

    async def _drop(self, claim: Claim, refused: ChatRefused) -> None:
        """Blocked, or the chat is gone: nobody is there to read the rest."""
        dropped = await self.store.drop_outbox(claim)
        log.warning("part.dropped", reason="refused", count=dropped, why=str(refused))


def _take_as_sent(message: OutboxMessage, shown: MessagesById, sent: list[int]) -> bool:
    """True where it was finished while the answer grew: as this message, added to `sent`."""
    replaced_id = message.to.replaces
    if replaced_id is None or shown.get(replaced_id) != message.outgoing:
        return False
    sent.append(replaced_id)
    return True


@asynccontextmanager
async def typing(chat: Chat, to: Destination) -> AsyncIterator[None]:
    """Show "typing…" while the block runs."""
    task = asyncio.create_task(_type_on(chat, to))
    try:
        yield
    finally:
        task.cancel()


async def _type_on(chat: Chat, to: Destination) -> None:
    while True:
        await chat.typing(to)
        await asyncio.sleep(CHAT_ACTION_S)
