"""Tables of conversations: what is remembered, and what was asked last."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class ConversationRow(NamedTuple):
    key: str
    epoch: int = 0  # raised by each reset
    token: int = 0  # raised by each claim: fences older ones
    last_id: int = 0  # of its messages, ours and items
    lease_until: int | None = None  # None: nobody holds it
    not_before: int = 0
    ready_at: int | None = None  # when there is work; None: there is none
    last_label: int = 0  # of the files named so far
    turns: int = 0
    history_start: int = 0  # items before it are left out of requests
    stopped_turn: int | None = None  # the person said Stop to this one
    stream: int | None = None  # our message that shows the answer as it grows
    is_told_full: int = 0  # that its queue has no room
    queued: int = 0  # how many messages it has in its queue, urgent ones not counted
    urgent: int = 0
    undelivered: int = 0  # of our messages
    inline_id: str | None = None  # the answer's place where the bot is a guest
    stream_rest: str | None = None  # and those that it went on in


READY: Final = Index[ConversationRow]("ready", by="ready_at", where={"lease_until": (None,)})
HELD: Final = Index[ConversationRow]("held", by="lease_until", has=("ready_at",))

CONVERSATIONS: Final = Table(
    "conversations", ConversationRow, key=("key",), scope="key", indexes=(READY, HELD)
)


class HistoryRow(NamedTuple):
    conversation: str
    id: int
    role: str
    text: str
    images: str
    at: int
    tokens: int
    phase: str | None = None  # of an answer: commentary or final_answer, where the model says so
    owner: int | None = None  # in a group: whoever asked


HISTORY_OF: Final = Index[HistoryRow]("of", by="id", within=("conversation",))
HISTORY_OWNED: Final = Index[HistoryRow]("owned", by="at", within=("owner",))

HISTORY: Final = Table(
    "history",
    HistoryRow,
    key=("conversation", "id"),
    scope="conversation",
    indexes=(HISTORY_OF, HISTORY_OWNED),
    is_immutable=True,
)


class ExchangeRow(NamedTuple):
    """A question that was served, of the newest; it can be asked anew."""

    conversation: str
    slot: int  # its turn, of so many as are kept
    turn: int
    history_start: int  # its item in the conversation, and the answer's after it
    messages: str  # as they are now, edits among them
    sent: str  # the ids of our messages that show what came of it
    ending: str  # answered, cut, stopped or failed
    owner: int | None = None  # in a group: whoever asked


EXCHANGES_OF: Final = Index[ExchangeRow]("of", by="turn", within=("conversation",))
EXCHANGES_OWNED: Final = Index[ExchangeRow]("owned", by="turn", within=("owner",))

EXCHANGES: Final = Table(
    "exchanges",
    ExchangeRow,
    key=("conversation", "slot"),
    scope="conversation",
    indexes=(EXCHANGES_OF, EXCHANGES_OWNED),
)


class GroupConversationRow(NamedTuple):
    """A conversation of a group, or of a topic in a private chat."""

    conversation: str
    chat_id: int
    asker: int | None = None  # of the last question: whoever may begin anew
    is_unnamed: int = 0  # a topic that waits for a name


IN_GROUP: Final = Index[GroupConversationRow]("in", by="conversation", within=("chat_id",))

GROUP_CONVERSATIONS: Final = Table(
    "group_conversations",
    GroupConversationRow,
    key=("conversation",),
    scope="conversation",
    indexes=(IN_GROUP,),
)
