"""The messages that show an answer as it grows: sent once, then edited, and finished in place."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from snapthread.clock import now_s
from snapthread.concurrency.retry import until_stored
from snapthread.errors import SnapthreadError
from snapthread.limits import LEASE_S
from snapthread.model import (
    Button,
    Claim,
    Destination,
    OutboxMessage,
    OutgoingMessage,
    owner_in_group,
)
from snapthread.ports import Chat, StreamedMessages

LET_GO_S: Final = 2.0

NextMessage = tuple[int, OutgoingMessage]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTexts:
    """Our own words in a message that grows, in the person's language."""

    stop: str
    thinking: str


@dataclass(slots=True, kw_only=True, eq=False)
class GrowingMessages:
    """Their ids are written down before their first edit, so that whoever goes on after a kill
    edits the same messages. Only a kill between Telegram's answer to a message's first words and
    that one write leaves a message behind; it has a Stop button still, which goes when it is
    pressed."""

    store: StreamedMessages
    chat: Chat
    claim: Claim
    to: Destination
    texts: StreamTexts
    has_words: bool = field(init=False)
    shown: list[OutgoingMessage] = field(default_factory=list, init=False)  # by us, in order
    _ids: list[int] = field(init=False)  # also those of the attempt, or the answer, before
    _recorded: int = field(default=0, init=False)
    _recorded_s: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self._ids = list(self.claim.stream)
        self.has_words = self.is_begun

    @property
    def is_begun(self) -> bool:
        return bool(self._ids)

    @property
    def finished(self) -> dict[int, OutgoingMessage]:
        """Messages that are on the screen for good, by the ids of their messages."""
        shown = zip(self._ids, self.shown, strict=False)
        return {message_id: outgoing for message_id, outgoing in shown if not outgoing.buttons}

    async def show(self, messages: Sequence[OutgoingMessage]) -> bool:
        """One message is sent or edited; True where all of it is on the screen."""
        if (following := self._next_message(messages)) is not None:
            await self._put(*following)
        return self._next_message(messages) is None

    def _next_message(self, messages: Sequence[OutgoingMessage]) -> NextMessage | None:
        """A button that is too much goes first: only the last message has it. Then words, from the
        top, and then one more message."""
        reached = len(self.shown)
        for index, shown in enumerate(self.shown[:-1]):
            if shown.buttons:
                return index, replace(shown, buttons=())
        for index, (wanted, shown) in enumerate(zip(messages, self.shown, strict=False)):
            if replace(wanted, buttons=shown.buttons) != shown:
                return index, self._with_button(wanted) if index == reached - 1 else wanted
        if len(messages) > reached:
            return reached, self._with_button(messages[reached])
        return None

    async def _put(self, index: int, outgoing: OutgoingMessage) -> None:
        if index == len(self._ids):
            to = self.to if index == 0 else replace(self.to, reply_to=None)
            self._ids.append(await self.chat.send(OutboxMessage(id=0, to=to, outgoing=outgoing)))
            await self._record()
        else:
            if index >= self._recorded or now_s() - self._recorded_s > LEASE_S / 2:
                await self._record()
            await self.chat.edit(self.to, self._ids[index], outgoing)
        self.shown[index : index + 1] = [outgoing]

    async def let_go(self) -> None:
        """There is nothing to stop any more. Whoever goes on edits them, where they are written
        down; else nobody ever would."""
        with suppress(TimeoutError, SnapthreadError):
            async with asyncio.timeout(LET_GO_S):
                for index, message_id in enumerate(self._ids):
                    await self._let_go(index, message_id)

    async def _let_go(self, index: int, message_id: int) -> None:
        if index >= max(self._recorded, len(self.claim.stream)):
            await self.chat.delete(self.to, message_id)
        elif self._has_button(index):
            await self.chat.remove_buttons(self.to, message_id)

    def _has_button(self, index: int) -> bool:
        """One that we did not touch has it from an attempt before, and none where it shows the
        answer that is given anew."""
        if index < len(self.shown):
            return bool(self.shown[index].buttons)
        return self.claim.redo is None

    async def _record(self) -> None:
        """Raises LeaseLost where the answer is somebody else's: a process that was frozen must not
        put half an answer over the whole one."""
        await until_stored(lambda: self.store.note_stream(self.claim, self._ids))
        self._recorded, self._recorded_s = len(self._ids), now_s()

    def _with_button(self, outgoing: OutgoingMessage) -> OutgoingMessage:
        owner = owner_in_group(self.claim.conversation)
        whose = "" if owner is None else f":{owner}"
        press = f"stop:{self.claim.turn}{whose}"
        return replace(outgoing, buttons=(Button(text=self.texts.stop, press=press),))
