"""Conversations that last."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.model import (
    AskAgain,
    Asked,
    Claim,
    ConversationKey,
    Destination,
    Ending,
    Exchange,
    FileName,
    HistoryItem,
    LastQuestion,
    LedgerFile,
    Message,
    OutboxMessage,
    OutgoingMessage,
    PageChoice,
    PageRange,
    Transcript,
)
from snapthread.model.history import HistoryPage
from snapthread.model.usage import TurnRecord

ResetReply = Callable[[int], OutgoingMessage]
FileTokens = Callable[[LedgerFile], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBounds:
    """The room of a request, as `Context.compose` is told it, for a question of words alone."""

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
        of this claim is retired, its messages leave the mailbox (`dead_letter`: they are kept),
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
        otherwise: Mapping[Asked, Sequence[OutgoingMessage]],
    ) -> Asked:
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
        """A command that jumps the queue is done with, and `replies` become parts to deliver.

        False, and nothing happens, where the command is not waiting any more.
        """
        ...

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
        """The question whose document came with this update goes to the end of its mailbox, with
        these pages; `shown` takes the place of the buttons, and the press is done with.

        False, and nothing happens, where it does not wait any more. True without anything where
        the press was done with before.
        """
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


class Askers(Protocol):
    """Users whose questions wait or were answered in a group."""

    async def last_asker(self, conversation: ConversationKey) -> int | None:
        """In a group: the user whose question came last."""
        ...

    async def asker_in_turn(self, conversation: ConversationKey) -> int | None:
        """The user whose question is, or will be, answered first of those that wait."""
        ...


class TopicConversations(Protocol):
    """Topics, each a conversation: their names and their end."""

    async def note_topic(self, conversation: ConversationKey, chat_id: int) -> None:
        """A topic of a private chat that nobody gave a name; one that is known stays as it is."""
        ...

    async def take_unnamed(self, conversation: ConversationKey) -> bool:
        """True once for a topic that waits for a name: whoever is told so names it."""
        ...

    async def end_topic(self, conversation: ConversationKey, now: datetime) -> int | None:
        """In one transaction, as `leave_group`, for a topic that is not there any more; how many
        files are, or may be, at OpenAI. None where something waits or runs in it."""
        ...


class Groups(Protocol):
    """The life of a group beyond its turns."""

    async def leave_group(self, chat_id: int, now: datetime) -> int:
        """In one transaction: every conversation of the group and what waits in it is gone, whoever
        holds it is fenced off, reservations are charged, files are retired; how many files are, or
        may be, at OpenAI. What is said once to a group may be said to it again."""
        ...

    async def move_group(self, chat_id: int, new_chat_id: int) -> int:
        """In one transaction: the conversations of a group go on in another chat, with their lines,
        files, and what waits; how many. Whoever holds one is fenced off, and what they worked on
        waits there; parts to deliver go there and reply to nothing. What was said there already
        stays."""
        ...


class Deliveries(Protocol):
    """The outbox of a claim, until Telegram took it."""

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
