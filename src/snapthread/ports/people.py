"""Everything that is held on one person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from snapthread.model import Destination, Erased, LedgerFile, Message, OutgoingMessage, Storage


class Erasure(Protocol):
    """Erases a person."""

    async def erase(
        self,
        user_id: int,
        now: datetime,
        *,
        last_words: tuple[Destination, OutgoingMessage] | None = None,
        asked_by: Message | None = None,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> Erased:
        """In one transaction: the conversation and everything that waits in it is gone, whoever
        holds it is fenced off, every file of the user is due for deletion, in groups too, where
        what they asked goes with the answers to it, and `last_words` become a part to deliver.

        Outside of their private chat, conversations that are theirs alone end; in one of several
        people the next question waits until the worker that is fenced off has noticed. A
        reservation is charged as it says; the user's records are gone, and their daily sums become
        those of user 0. What quotas counted stays, under the payer's hash, until its month has
        ended: else erasing would renew them. With `asked_by`, an urgent command, only
        where that still waits: another process may have done it, and the person gone on. With
        `once`, only where this mark was not set (within `again_after_s`); it outlives the erasure.
        Else nothing happens: `was_done` is False."""
        ...


class StorageSums(Protocol):
    """Files of a person, counted."""

    async def storage_of(self, user_id: int) -> Storage:
        """Files of the user that are, or may be, at OpenAI."""
        ...


class OwnedFiles(Protocol):
    """Files of a person, each."""

    async def files_owned(self, user_id: int) -> tuple[LedgerFile, ...]:
        """Files of the user that are, or may be, at OpenAI, oldest first."""
        ...


class PersonalData(Protocol):
    """Everything on a person, to be read."""

    async def export(self, user_id: int) -> dict[str, Any]:
        """All of it, as JSON: conversation, files, what waits, what was put aside, what was
        used."""
        ...


class Adoption(Protocol):
    """Files of the first generation."""

    async def adopt(
        self,
        user_id: int,
        openai_ids: Sequence[str],
        now: datetime,
        *,
        due_at: datetime,
        outgoing: OutgoingMessage,
    ) -> int:
        """Files of the first generation become retired files of this user, due at `due_at`, or at
        once with the next reset or erasure. How many the ledger did not know; where there were
        any, `outgoing` becomes a part to deliver, once for each user."""
        ...


class BlockedUsers(Protocol):
    """Users who blocked the bot."""

    async def note_blocked(self, user_id: int, blocked_at: datetime | None) -> None:
        """The user blocked the bot (the first time counts), or, with None, came back."""
        ...

    async def blocked_before(self, before: datetime, *, limit: int) -> tuple[int, ...]:
        """Users who blocked the bot by then and were answered nowhere since: in groups people go
        on."""
        ...


class People(Erasure, StorageSums, OwnedFiles, PersonalData, Adoption, BlockedUsers, Protocol):
    """Everything that is held on one person."""
