"""The queue of messages that wait for their turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    Claim,
    ConversationKey,
    Message,
    OutgoingMessage,
    QueuedMessage,
    ReplicaChanges,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message to put into the queue, with what to say where that is full."""

    message: Message
    if_full: OutgoingMessage


class IncomingMessages(Protocol):
    """Takes messages in, once."""

    async def accept(
        self, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
    ) -> frozenset[ConversationKey]:
        """Take a batch in one transaction; the conversations that got something new.

        An update id that was accepted within `SEEN_S` is not taken again. Each part of an album
        makes the album ready `quiet_s` after the newest part, at most `ALBUM_GATHER_S` after the
        first. A text that a client cut (over `CUT_TEXT_UNITS` units) waits `quiet_s` for its next
        part: a text of the same user, sent within `CUT_TEXT_GAP_S`, with no other message of the
        conversation in between. Beyond `WAITING_MAX` waiting messages of a conversation the
        message is not taken, and `if_full` becomes a part to deliver, once until it has room.
        """
        ...

    async def accept_and_claim(
        self,
        arrivals: Sequence[Arrival],
        now: datetime,
        *,
        quiet_s: float,
        claims: int,
        lease_s: float,
    ) -> tuple[frozenset[ConversationKey], tuple[Claim, ...]]:
        """`accept`, and in the same transaction claims of what it made ready, as `claim` gives
        them, at most this many. Raises ConversationBroken: then nothing was taken."""
        ...


class Leases(Protocol):
    """Keeps a conversation that is held, or gives it back."""

    async def renew(self, claim: Claim, now: datetime, *, lease_s: float) -> bool:
        """Hold the conversation for `lease_s` more; False where it is no longer ours."""
        ...

    async def release(
        self,
        claim: Claim,
        now: datetime,
        *,
        not_before: datetime | None = None,
        uncount: bool = False,
    ) -> None:
        """Give the conversation back, not to be claimed before `not_before`.

        The attempt counts as a failure of its messages, but with `uncount` (we stopped it
        ourselves). Nothing happens where the
        claim is no longer ours.
        """
        ...


class PutOff(Protocol):
    """Puts off what cannot be read."""

    async def put_off(self, key: str, now: datetime, *, until: datetime) -> None:
        """A broken conversation is not claimed before `until`; its urgent commands that cannot be
        read become dead letters, so that they bar nobody's."""
        ...


class Claims(Leases, PutOff, Protocol):
    """Holds conversations that are ready, one worker each."""

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None = None
    ) -> Claim | None:
        """The conversation that has been ready longest and that nobody holds, or None.

        Parts to deliver come first and alone; else the oldest message with all parts of its
        album, or of its cut text, that are there. Never an urgent command. Where an
        earlier claim of them was never given back, because its process died, they are suspects.
        The token is higher than any before. Raises ConversationBroken.
        """
        ...

    async def urgent_commands(self) -> tuple[Message, ...]:
        """The urgent commands that wait, oldest first. Raises ConversationBroken."""
        ...

    async def next_wake(self, now: datetime) -> datetime | None:
        """When the next conversation can be claimed; None where nothing waits."""
        ...


class Stragglers(Protocol):
    """The parts of an album, a cut text or a pair that come while their question is prepared."""

    async def take_stragglers(self, claim: Claim) -> tuple[Message, ...]:
        """Add to the claim the parts of its bundle that came since; none while an urgent command
        waits. Raises LeaseLost."""
        ...


class ChangeFeed(Protocol):
    """Changes by other processes."""

    async def poll_changes(self, claims: Sequence[Claim], now: datetime) -> ReplicaChanges:
        """The state of these claims, and the cooldowns; asked twice a second, so cheap."""
        ...


class QueueInspection(Protocol):
    """The queue as the operator sees it."""

    async def waiting(self, *, limit: int, dead: bool = False) -> tuple[QueuedMessage, ...]:
        """The messages in all queues, or with `dead` those that were put aside, oldest first."""
        ...

    async def replay(self, update_id: int, now: datetime) -> bool:
        """A message that was put aside goes to the end of its queue, as if it had just come.

        False where none with this id was put aside. Raises ConversationBroken.
        """
        ...

    async def drop_dead_letter(self, update_id: int) -> bool:
        """Forget a message that was put aside. False where none with this id was."""
        ...


class MessageQueue(IncomingMessages, Claims, Stragglers, ChangeFeed, QueueInspection, Protocol):
    """Messages wait here, in order within a conversation; one worker holds a conversation."""
