"""Messages of ours on their way: kept until Telegram took them, and shown as they grow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    OutboxMessage,
    OutgoingMessage,
)


class StreamedMessages(Protocol):
    """The messages that show an answer as it grows."""

    async def note_stream(self, claim: Claim, message_ids: Sequence[int]) -> None:
        """These messages of ours show the answer as it grows, in order; raises LeaseLost.

        Until the turn is finished, each claim of it knows (`Claim.stream`).
        """
        ...


class GuestAnswers(Protocol):
    """The answer in a chat that the bot is no member of."""

    async def note_guest(self, claim: Claim, inline_id: str) -> None:
        """The answer goes to this place; raises LeaseLost. Each later claim of the question knows
        (`Claim.inline_id`). With the answer's delivery everything of the question is gone."""
        ...


class Outbox(Protocol):
    """Messages of no turn, on their way to the chat."""

    async def enqueue(
        self,
        conversation: ConversationKey,
        to: Destination,
        outgoing: OutgoingMessage,
        now: datetime,
        *,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> bool:
        """Put a part on its way. With `once`, only where this mark was not set (within
        `again_after_s`); False where it was."""
        ...

    async def was_said(self, once: str, now: datetime, *, again_after_s: float | None) -> bool:
        """Is this mark of `enqueue`, `answer_press` or `erase` set, and has not run out?"""
        ...


class Deliveries(Protocol):
    """The outbox of a claim, until Telegram took it. What was sent and not marked before a kill is
    sent again: at least once."""

    async def mark_sent(
        self, claim: Claim, part: OutboxMessage, message_ids: Sequence[int] = ()
    ) -> None:
        """The part is done with: Telegram took it, as these messages, or refuses it for good."""
        ...

    async def conclude(
        self,
        claim: Claim,
        part: OutboxMessage,
        now: datetime,
        *,
        record_id: str,
        delivered_ms: int,
        message_ids: Sequence[int] = (),
        sent: Sequence[int] = (),
    ) -> bool:
        """The last part is done with, and the conversation is given back; in the record of this
        id, if it is there: the answer has reached the chat so long after its claim. Reactions to
        `message_ids` are counted for its model, where it was answered. `sent`: of
        this part. True where the
        conversation has more work, now or later."""
        ...

    async def drop_outbox(self, claim: Claim) -> int:
        """Every part of the conversation is done with (blocked, chat gone); how many."""
        ...
