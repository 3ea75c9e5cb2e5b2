"""/invite: a link by which strangers come in, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from snapthread.commands.replies import PressAnswer, reply_with
from snapthread.model import Button, Message, OutgoingMessage
from snapthread.model.people import invite_id
from snapthread.ports import Chat, Clock, InviteEnding, InviteMaking
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome

END_INVITE: Final = "invite_end:"
INVITE_USES: Final = 1
INVITE_DAYS: Final = 7
INVITE_MOST: Final = 1000
INVITE_DAYS_MOST: Final = 365


class InviteStore(InviteMaking, InviteEnding, Protocol):
    """The store as invitations need it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InviteCommands:
    """Made by admins, where `lets_in` (ACCESS=invite)."""

    store: InviteStore
    chat: Chat
    clock: Clock
    lets_in: bool

    async def invite(self, message: Message, words: Sequence[str], t: Localizer) -> Outcome:
        if not self.lets_in:
            return reply_with(t("invite_not_needed"))
        uses = _number(words, 0, INVITE_USES, INVITE_MOST)
        days = _number(words, 1, INVITE_DAYS, INVITE_DAYS_MOST)
        if uses is None or days is None or len(words) > 2:
            return reply_with(t("invite_how", uses=INVITE_MOST, days=INVITE_DAYS_MOST))
        ends_at = self.clock() + timedelta(days=days)
        code = await self.store.make_invite(
            self.clock(), by=message.user_id, uses=uses, ends_at=ends_at
        )
        link = f"https://t.me/{await self.chat.name()}?start={code}"
        text = t("invite_made", n=uses, link=link, ends=t("moment", at=ends_at))
        end = Button(text=t("invite_end"), press=f"{END_INVITE}{invite_id(code)}")
        return replace(reply_with(), more=(OutgoingMessage(text=text, buttons=(end,)),))

    async def end(self, press: Message, t: Localizer) -> PressAnswer:
        """The sentence takes the link's place, so that nobody copies it any more."""
        id = press.word.removeprefix(END_INVITE)
        done = await self.store.end_invite(id, self.clock(), by=press.user_id)
        key = "invite_ended" if done else "invite_over"
        return PressAnswer(screen=OutgoingMessage(text=t(key)))


def _number(words: Sequence[str], index: int, default: int, most: int) -> int | None:
    if len(words) <= index:
        return default
    word = words[index]
    is_number = word.isascii() and word.isdigit() and 0 < int(word) <= most
    return int(word) if is_number else None
