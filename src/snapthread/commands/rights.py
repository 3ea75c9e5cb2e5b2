"""Rights to decide for a group: its admins', as Telegram says, remembered for some minutes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from snapthread.clock import now_s
from snapthread.errors import SnapthreadError
from snapthread.model import Message, OutgoingMessage
from snapthread.ports import Askers, Chat, Clock, Outbox

log = structlog.get_logger()

KNOWN_FOR_S: Final = 300.0  # by the loop's own clock, which nobody sets
REFUSED_EVERY_S: Final = 3600.0


class RightsStore(Askers, Outbox, Protocol):
    """The store as rights in groups need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class GroupRights:
    """In private everybody decides for themselves."""

    store: RightsStore
    chat: Chat
    clock: Clock
    _known: dict[tuple[int, int], tuple[bool, float]] = field(default_factory=dict, init=False)

    async def may_end(self, command: Message) -> bool:
        """May they begin anew, or stop the answer? An admin may, who asked last may begin anew, and
        whose question it is may stop the answer, whoever asks meanwhile."""
        if command.is_private:
            return True
        key, is_stop = command.conversation, command.word == "stop"
        asker = await (self.store.asker_in_turn(key) if is_stop else self.store.last_asker(key))
        return asker in (None, command.user_id) or await self.is_admin(command)

    async def may_undo(self, message: Message, owner: int | None) -> bool:
        """Take back, or ask anew, what this person asked."""
        return message.is_private or owner == message.user_id or await self.is_admin(message)

    async def may_forget(self, message: Message, owner: int) -> bool:
        return message.is_private or owner == message.user_id or await self.is_admin(message)

    async def may_read_history(self, message: Message) -> bool:
        """The memory of a group is its admins' to show."""
        return message.is_private or await self.is_admin(message)

    async def refuse(self, message: Message, text: str, reason: str) -> None:
        await refuse_in_group(self.store, message, text, reason, self.clock())

    async def is_admin(self, message: Message) -> bool:
        """Anonymous admins speak as the group. Who cannot be asked about is none."""
        chat_id, user_id = message.chat_id, message.user_id
        if chat_id == user_id:
            return True
        now = now_s()
        self._known = {key: known for key, known in self._known.items() if known[1] > now}
        if (chat_id, user_id) not in self._known:
            try:
                is_admin = await self.chat.is_admin(chat_id, user_id)
            except SnapthreadError as error:
                log.warning("trouble", kind="group", why=str(error))
                return False
            self._known[chat_id, user_id] = is_admin, now + KNOWN_FOR_S
        return self._known[chat_id, user_id][0]


async def refuse_in_group(
    store: Outbox, message: Message, text: str, kind: str, now: datetime
) -> None:
    """A line, seen by that person only where Telegram can. The others need not read it again and
    again: once an hour for each person and `kind`."""
    await store.enqueue(
        message.conversation,
        replace(message.destination, reply_to=message.message_id),
        OutgoingMessage(text=text, seen_by=message.person_in_group),
        now,
        once=f"refused:{message.chat_id}:{message.user_id}:{kind}",
        again_after_s=REFUSED_EVERY_S,
    )
