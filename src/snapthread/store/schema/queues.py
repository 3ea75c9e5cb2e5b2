"""Tables of what waits: messages to be asked, and ours to be sent."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class QueuedRow(NamedTuple):
    """A message that waits or is worked on."""

    conversation: str
    id: int
    update_id: int
    kind: str
    is_urgent: int  # a command that waits for no question
    arrived_at: int
    ready_at: int
    message: str
    bundle: str | None = None  # parts of one album or of one cut text
    attempts: int = 0
    token: int | None = None  # of the claim that works on it
    again: int | None = None  # the turn of the exchange that is asked anew


QUEUE: Final = Index[QueuedRow]("queue", by="id", within=("conversation", "is_urgent"))
BUNDLE: Final = Index[QueuedRow]("bundle", by="id", within=("conversation", "bundle"))
URGENT: Final = Index[QueuedRow]("urgent", by="update_id", where={"is_urgent": (1,)})
ALL_QUEUED: Final = Index[QueuedRow]("all", by="id")

QUEUED: Final = Table(
    "messages",
    QueuedRow,
    key=("conversation", "id"),
    scope="conversation",
    indexes=(QUEUE, BUNDLE, URGENT, ALL_QUEUED),
)


class DeadLetterRow(NamedTuple):
    update_id: int
    conversation: str
    kind: str
    attempts: int
    at: int
    message: str


DEAD_AT: Final = Index[DeadLetterRow]("at", by="at")
DEAD_OF: Final = Index[DeadLetterRow]("of", by="update_id", within=("conversation",))

DEAD_LETTERS: Final = Table(
    "dead_letters",
    DeadLetterRow,
    key=("update_id",),
    scope="conversation",
    indexes=(DEAD_AT, DEAD_OF),
)


class PageQuestionRow(NamedTuple):
    """A question that waits until pages of its document are chosen."""

    conversation: str
    update_id: int  # of the document's message
    at: int
    document: str  # by Telegram's unique id
    messages: str


PAGE_QUESTIONS_AT: Final = Index[PageQuestionRow]("at", by="at")
PAGE_QUESTIONS_OF: Final = Index[PageQuestionRow]("of", by="at", within=("conversation",))

PAGE_QUESTIONS: Final = Table(
    "page_questions",
    PageQuestionRow,
    key=("conversation", "update_id"),
    scope="conversation",
    indexes=(PAGE_QUESTIONS_AT, PAGE_QUESTIONS_OF),
)


class OutboxRow(NamedTuple):
    """A message of ours on its way to the chat."""

    conversation: str
    id: int
    destination: str
    outgoing: str
    at: int
    turn: int | None = None  # of the exchange that it is a reply of


OUTBOX_OF: Final = Index[OutboxRow]("of", by="id", within=("conversation",))

OUTBOX: Final = Table(
    "outbox", OutboxRow, key=("conversation", "id"), scope="conversation", indexes=(OUTBOX_OF,)
)
