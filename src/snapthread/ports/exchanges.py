"""Questions that were served, and can be asked anew; and questions that wait for a choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    AskAgain,
    AskAnewResult,
    Claim,
    ConversationKey,
    Exchange,
    LastQuestion,
    Message,
    OutgoingMessage,
    PageRange,
)


class LastQuestions(Protocol):
    """The end of a conversation, which may be taken back."""

    async def last_question(self, claim: Claim) -> LastQuestion | None:
        """The newest question, answered or stopped; None where the conversation has none. Raises
        LeaseLost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EditReplies:
    """Sentences about an edit that is not simply asked."""

    unknown: Sequence[OutgoingMessage]  # nobody knows the message (any more)
    command: Sequence[OutgoingMessage]
    older: Callable[[int], Sequence[OutgoingMessage]]  # by the turn of its exchange


class KnownQuestions(Protocol):
    """Questions that wait or were served of late, by the message that asked them."""

    async def knows(self, edit: Message) -> bool:
        """Is the message that this edit changes a question that waits, or was served of late?"""
        ...


class Exchanges(KnownQuestions, Protocol):
    """Questions that were served, the last fifty turns of each conversation: they can be asked
    anew. While nothing newer is there the new answer takes the old one's place."""

    async def last_exchange(self, claim: Claim) -> Exchange | None:
        """The newest; None where there is none. Raises LeaseLost."""
        ...

    async def exchange(self, conversation: ConversationKey, turn: int) -> Exchange | None: ...

    async def reopen(self, claim: Claim, turn: int, now: datetime) -> Claim | None:
        """The claim of a command becomes one of this question, which is asked anew in its place;
        None, and nothing happens, where it is not there any more. Raises LeaseLost."""
        ...

    async def ask_again(
        self,
        press: Message,
        turn: int,
        how: AskAgain,
        now: datetime,
        *,
        otherwise: Mapping[AskAnewResult, Sequence[OutgoingMessage]],
    ) -> AskAnewResult:
        """A pressed button is done with, and this question waits to be asked anew, or its answer to
        go on (`continue`); else `otherwise` become parts to deliver.

        "twice": it waits already; "gone": it is not there any more; "older": others came after it,
        which only `from` lets leave; "busy": others wait. Nothing happens where the press is not
        waiting any more.
        """
        ...

    async def is_being_answered(self, edit: Message) -> bool:
        """Does a claim work on the message that this edit changes?"""
        ...

    async def edit(self, edit: Message, now: datetime, *, replies: EditReplies) -> str:
        """An edit is done with, in one transaction.

        A question that waits is changed in its place ("waits"). One that is being answered too, and
        its claim is fenced off; the newest that was answered waits to be asked anew ("asked"). An
        older one is changed, and a part to deliver offers it ("older"). "same": nothing that is
        asked has changed; "command": an edit makes none; "unknown"; "done" where the edit is not
        waiting any more.
        """
        ...


class PageChoices(Protocol):
    """Questions that wait until pages of their document are chosen."""

    async def choose_pages(
        self,
        press: Message,
        now: datetime,
        *,
        update_id: int,
        chosen: PageRange,
        shown: OutgoingMessage,
    ) -> bool:
        """The question whose document came with this update goes to the end of its queue, with
        these pages; `shown` takes the place of the buttons, and the press is done with.

        False, and nothing happens, where it does not wait any more. True without anything where
        the press was done with before.
        """
        ...
