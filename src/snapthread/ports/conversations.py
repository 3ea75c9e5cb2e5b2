"""Conversations that last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    Ending,
    FileName,
    HistoryItem,
    LedgerFile,
    Message,
    OutboxMessage,
    OutgoingMessage,
    PageChoice,
    Transcript,
)
from snapthread.model.history import HistoryPage
from snapthread.model.usage import TurnRecord
from snapthread.ports.deliveries import Deliveries, GuestAnswers, Outbox, StreamedMessages
from snapthread.ports.exchanges import Exchanges, LastQuestions, PageChoices
from snapthread.ports.groups import Askers, Groups, TopicConversations

ResetReply = Callable[[int], OutgoingMessage]
FileTokens = Callable[[LedgerFile], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBounds:
    """The room of a request, as `Context.compose` is told it, for a question without files."""

    max_tokens: int
    question_tokens: int
    max_images: int
    max_image_bytes: int
    file_tokens: FileTokens | None = None


class Context(Protocol):
    """The conversation that a question is asked on."""

    async def compose(
        self,
        claim: Claim,
        now: datetime,
        *,
        max_tokens: int,
        question_tokens: int,
        max_images: int = 0,
        max_image_bytes: int = 0,
        question_files: Sequence[FileName] = (),
        before: int | None = None,
        file_tokens: FileTokens | None = None,
    ) -> Transcript:
        """Read the context of a question, in one transaction; raises LeaseLost. `before`: as it was
        before this item.

        `live` holds the OpenAI ids of the files that the ledger knows to be live, of the items
        and of this claim's own uploads, and no other: none that is retired or past due. Those of
        them that are past due are retired here. Where items and question would pass
        `max_tokens`, older turns are left out, until at most half is left; they stay out once
        `finish` is told `history_start`, and stay in the store. Where the images of these items
        and of the question would be more than `max_images` (0: any number), the oldest leave,
        until at most half of it is left, or what the question brings, up to `max_images`. So it is
        with their bytes and `max_image_bytes`.
        With `file_tokens` what holds files is counted by it, and by those that are live: it may
        have been asked with another model.
        """
        ...


class FinishedTurns(Protocol):
    """The end of each turn."""

    async def finish(
        self,
        claim: Claim,
        now: datetime,
        *,
        items: Sequence[HistoryItem] = (),
        replies: Sequence[OutgoingMessage] = (),
        to: Destination,
        dead_letter: bool = False,
        record: TurnRecord | None = None,
        history_start: int | None = None,
        taken_back_from: int | None = None,
        ending: Ending | None = None,
        choice: PageChoice | None = None,
        tells_of_files: bool = False,
    ) -> tuple[OutboxMessage, ...]:
        """End the turn in one transaction; raises LeaseLost.

        The items join the conversation, the files that they name become live, every other upload
        of this claim is retired, its messages leave the queue (`dead_letter`: they are kept),
        and `replies` become parts to deliver, which are returned. The conversation stays held.
        The first part, and no other, replies to `to.reply_to` in a group, or where other messages
        of the conversation came meanwhile. They take the places of the messages that `note_stream`
        told, in order, and what is left over of these goes.
        `taken_back_from`: the items from this one on leave the conversation before, and the files
        that no item names any more are retired.
        `ending`: what was asked is remembered, so that it can be asked anew, and the replies are
        known as its answer; None: not. Where the claim is of such a question (`Claim.redo`), the
        replies take the place of those that are there, in order, and what is left over of these
        goes; without items it stays as it was, and so it does where its answer goes on.
        `choice`: the messages are kept until pages of this document are chosen, for a day.
        `tells_of_files`: the replies say how small text is easier to read; the person is not told
        again.
        `record` is written, and takes the place of the reservation with its id in every count;
        any other reservation of the conversation is charged as it says.
        """
        ...


class ConversationControl(Protocol):
    """Urgent commands: each is done in one transaction, or was done already."""

    async def stop(
        self, command: Message, now: datetime, *, if_nothing: Sequence[OutgoingMessage]
    ) -> int | None:
        """A Stop is done with; the number of the turn that it ends.

        That is the turn of the question that was asked first of those before the command; with a
        `draft_id`, only where this is its number. From then on each claim of it `is_stopped`.
        None where there is no such turn: then `if_nothing` become parts to deliver. None, and
        nothing happens, where the command is not waiting any more.
        """
        ...

    async def reset(self, command: Message, now: datetime, *, render: ResetReply) -> int | None:
        """Law 2 in one transaction; how many files are to be deleted.

        The epoch rises, the lease is fenced off, the conversation is empty, its files are
        retired, messages that came before the command and parts not yet delivered are gone, the
        command is gone, and `render` (of the number of files) becomes a part to deliver.
        The conversation's reservation is charged as it says. None, and nothing happens, where the
        command is not waiting any more.
        """
        ...

    async def complete_command(
        self, command: Message, now: datetime, *, replies: Sequence[OutgoingMessage]
    ) -> bool:
        """An urgent command is done with, and `replies` become parts to deliver.

        False, and nothing happens, where the command is not waiting any more.
        """
        ...


class AnsweredPresses(Protocol):
    """Buttons of a question that is answered once."""

    async def answer_press(
        self,
        press: Message,
        now: datetime,
        *,
        once: str,
        again_after_s: float,
        outgoing: OutgoingMessage,
        otherwise: OutgoingMessage,
    ) -> bool:
        """In one transaction the press is done with, and `outgoing` takes the place of the message
        that was pressed; or, where the mark was set within `again_after_s`, `otherwise` follows
        it, and the answer is False. Nothing happens where the press is not waiting any more."""
        ...


class ReadableHistory(Protocol):
    """The conversation as a person reads it again."""

    async def history_page(
        self,
        conversation: ConversationKey,
        *,
        before: int | None,
        after: int | None,
        word: str,
        most: int,
    ) -> HistoryPage:
        """The newest that hold the word (any with ""), or those right before or after a number."""
        ...


class Conversations(
    Context,
    FinishedTurns,
    LastQuestions,
    Exchanges,
    StreamedMessages,
    GuestAnswers,
    ConversationControl,
    AnsweredPresses,
    PageChoices,
    Outbox,
    Askers,
    Groups,
    TopicConversations,
    Deliveries,
    ReadableHistory,
    Protocol,
):
    """The lasting conversation of each user; written only under its lease."""
