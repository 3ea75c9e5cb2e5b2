"""Answers in chats that the bot is no member of: one place for each, taken at once, filled once."""

from dataclasses import dataclass, replace

import structlog

from snapthread.characters import utf16_len
from snapthread.concurrency.retry import until_stored
from snapthread.errors import ChatRefused
from snapthread.limits import MESSAGE_UNITS
from snapthread.model import Claim, OutgoingMessage
from snapthread.ports import Chat, GuestAnswers

log = structlog.get_logger()

GOES_ON = " …"


@dataclass(slots=True, kw_only=True, eq=False)
class GuestPlaceholders:
    """A query waits for some time only, so its place is taken before the question is asked."""

    store: GuestAnswers
    chat: Chat

    async def take(self, claim: Claim, placeholder: str) -> bool:
        """False where Telegram takes no answer any more. A kill between its answer and our note
        leaves the placeholder behind: the same query cannot be answered twice."""
        query_id = claim.messages[0].guest_query_id
        if query_id is None or claim.inline_id is not None:
            return True
        try:
            inline_id = await self.chat.answer_guest(query_id, placeholder)
        except ChatRefused as refused:
            log.info("guest.too_late", why=str(refused))
            return False
        await until_stored(lambda: self.store.note_guest(claim, inline_id))
        return True


def in_one(replies: tuple[OutgoingMessage, ...]) -> tuple[OutgoingMessage, ...]:
    """There is one place: of what does not fit, the beginning, and that more was said is seen."""
    first, *rest = replies or (None,)
    if first is None or not rest:
        return replies
    text = first.text.rstrip() + GOES_ON
    return (replace(first, text=text) if utf16_len(text) <= MESSAGE_UNITS else first,)
