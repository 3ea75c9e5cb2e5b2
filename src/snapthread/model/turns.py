"""Questions being served: claims, and what is asked anew. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from snapthread.model.conversations import ConversationKey
from snapthread.model.ledger import LedgerFile
from snapthread.model.messages import Message
from snapthread.model.outgoing import OutboxMessage

Ending = Literal["answered", "cut", "stopped", "failed"]
AskAgain = Literal["retry", "continue", "from"]
AskAnewResult = Literal["asked", "twice", "gone", "older", "busy"]  # what became of it
# What became of a conversation that was served: nobody gave it back yet, or it was given back and
# waits for its person, or it has more work.
Served = Literal["held", "idle", "more"]
StopTurn = Callable[[], Awaitable[None]]  # ends the turn that runs in a conversation
CONTINUE = "continue"  # the word of what asks for the rest of an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """A question that is asked anew, or an answer that goes on.

    Until the new answer is there the old one stands, in the conversation and in the chat.
    """

    turn: int  # of its exchange
    history_start: int  # its item: from there on the new ones take the place of the old
    last_label: int = 0  # of the files named before it
    files: tuple[LedgerFile, ...] = ()  # its own live ones, which need no upload
    answer: str = ""  # that stands
    answer_start: int | None = None  # its item
    is_continuation: bool = False
    is_cut: bool = False  # the answer that stands was cut at its length

    @property
    def taken_back_from(self) -> int | None:
        """The first item that leaves for the new ones."""
        return self.answer_start if self.is_continuation else self.history_start


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A conversation held by one worker: parts to deliver first, else a question to answer.

    `token` fences: a write with an older token is refused. `turn` numbers the answers of a
    conversation, also across resets, and names their drafts.
    """

    conversation: ConversationKey
    token: int
    epoch: int
    outbox: tuple[OutboxMessage, ...] = ()
    messages: tuple[Message, ...] = ()
    attempt: int = 1  # counts those that failed here, and no death of a process
    is_suspect: bool = False  # it was being served when a process died
    is_late: bool = False  # of an album that was served before, for better or worse
    turn: int = 1
    is_stopped: bool = False  # the person said Stop, and we died of something else
    stream: tuple[int, ...] = ()  # the messages that showed this answer as it grew, when we died
    redo: Redo | None = None  # what the messages ask anew
    inline_id: str | None = None  # the answer's place in a chat that the bot is no member of
