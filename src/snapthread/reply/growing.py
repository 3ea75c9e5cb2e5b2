"""The message that shows an answer as it grows: sent once, then edited, and finished in place."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from snapthread.clock import now_s
from snapthread.errors import SnapthreadError, StoreBusy, StoreFull
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

RECORD_AGAIN_S: Final = 0.2
LET_GO_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTexts:
    """Our own words in a message that grows, in the person's language."""

    stop: str
    thinking: str


@dataclass(slots=True, kw_only=True, eq=False)
class GrowingMessage:
    """Its id is written down before its first edit, so that whoever goes on after a kill edits the
    same message. Only a kill between Telegram's answer to the first words and that one write leaves
    a message behind; it has a Stop button still, which goes when it is pressed."""

    store: StreamedMessages
    chat: Chat
    claim: Claim
    to: Destination
    texts: StreamTexts
    has_words: bool = field(init=False)
    _id: int | None = field(init=False)
    _recorded_s: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self._id = self.claim.stream
        self.has_words = self._id is not None

    @property
    def is_sent(self) -> bool:
        return self._id is not None

    async def show(self, outgoing: OutgoingMessage) -> None:
        if not outgoing.text:
            return
        shown = replace(outgoing, buttons=(self._stop_button,))
        if self._id is None:
            self._id = await self.chat.send(OutboxMessage(id=0, to=self.to, outgoing=shown))
            await self._record(self._id)
            return
        if now_s() - self._recorded_s > LEASE_S / 2:
            await self._record(self._id)
        await self.chat.edit(self.to, self._id, shown)

    async def let_go(self) -> None:
        """There is nothing to stop any more. Whoever goes on edits it, where it is written down;
        else nobody ever would."""
        if self._id is None:
            return
        is_known = self.claim.stream is not None or self._recorded_s > float("-inf")
        with suppress(TimeoutError, SnapthreadError):
            async with asyncio.timeout(LET_GO_S):
                if is_known:
                    await self.chat.remove_buttons(self.to, self._id)
                else:
                    await self.chat.delete(self.to, self._id)

    async def _record(self, message_id: int) -> None:
        """Raises LeaseLost where the answer is somebody else's: a process that was frozen must not
        put half an answer over the whole one."""
        while True:
            try:
                await self.store.note_stream(self.claim, message_id)
            except (StoreBusy, StoreFull):
                await asyncio.sleep(RECORD_AGAIN_S)
            else:
                self._recorded_s = now_s()
                return

    @property
    def _stop_button(self) -> Button:
        owner = owner_in_group(self.claim.conversation)
        whose = "" if owner is None else f":{owner}"
        return Button(text=self.texts.stop, press=f"stop:{self.claim.turn}{whose}")
