"""/broadcast: a message to everybody, shown before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from snapthread.characters import utf16_len
from snapthread.commands.broadcaster import Broadcaster
from snapthread.commands.replies import PressAnswer, reply_with
from snapthread.model import Button, Message, OutgoingMessage
from snapthread.ports import BroadcastDrafts, Clock, PeopleList
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome

log = structlog.get_logger()

BROADCAST: Final = "broadcast:"
BROADCAST_CHARS: Final = 4000


def can_be_broadcast(text: str) -> bool:
    """One message of Telegram's, which counts an emoji as two characters."""
    return 0 < utf16_len(text) <= BROADCAST_CHARS


class DraftStore(BroadcastDrafts, PeopleList, Protocol):
    """The store as broadcasts that are begun need it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BroadcastCommands:
    """Drafted by one command of an admin, decided by a button."""

    store: DraftStore
    broadcaster: Broadcaster
    clock: Clock

    async def draft(self, message: Message, _words: Sequence[str], t: Localizer) -> Outcome:
        """The preview is the message as it will be, and the question after it."""
        text = message.text.partition(" ")[2].strip()
        if not can_be_broadcast(text):
            return reply_with(t("broadcast_how", n=BROADCAST_CHARS))
        id = await self.store.draft_broadcast(text, self.clock(), by=message.user_id)
        count = await self.store.count_people()
        buttons = (
            Button(text=t("broadcast_yes"), press=f"{BROADCAST}yes:{id}"),
            Button(text=t("broadcast_no"), press=f"{BROADCAST}no:{id}"),
        )
        ask = OutgoingMessage(text=t("broadcast_confirm", n=count), buttons=buttons)
        return replace(reply_with(), more=(OutgoingMessage(text=text), ask))

    async def decide(self, press: Message, t: Localizer) -> PressAnswer:
        answer, _, id = press.word.removeprefix(BROADCAST).partition(":")
        if answer == "yes":
            done = await self.store.start_broadcast(id, self.clock(), by=press.user_id)
            key = "broadcast_begun"
            self.broadcaster.wake()
        else:
            done = await self.store.drop_broadcast(id, self.clock(), by=press.user_id)
            key = "broadcast_dropped"
        if done:
            log.info("broadcast.decided", reason=answer)
        text = t(key) if done else t("press_too_late", command="/broadcast")
        return PressAnswer(screen=OutgoingMessage(text=text))
