"""Every table of the store and its indexes, for every backend: to add one is to declare it here.

The columns are explained beside them; docs/store-keys.md tells how they look on Redis.
"""

from typing import Any, Final, NamedTuple

from snapthread.store.table import Index, Table

VERSION: Final = 15  # of what is written; raised with a change that older versions cannot read

SHOWN: Final = ("uploaded", "live")  # states of a file that may be asked about


# ---------------------------------------------------------------- the store itself


class Meta(NamedTuple):
    key: str  # "installation" or "secret"
    value: str


class Seen(NamedTuple):
    """An update that was accepted."""

    update_id: int
    at: int


class Mark(NamedTuple):
    """Something that is to be done once: a sentence said, an album answered."""

    key: str
    until: int | None = None  # None: for ever
    conversation: str | None = None  # with which it is forgotten


class Job(NamedTuple):
    job: str
    owner: str
    until: int


class Pause(NamedTuple):
    """A service that nobody calls before then."""

    service: str
    until: int


class ReplicaRow(NamedTuple):
    """A process of this bot, as it told of itself last."""

    name: str
    version: str
    began_at: int
    seen_at: int
    is_polling: int
    active_turns: int


class BlockedUser(NamedTuple):
    user_id: int
    blocked_at: int


SEEN_AT: Final = Index[Seen]("at", by="at")
MARKS_UNTIL: Final = Index[Mark]("until", by="until")
MARKS_OF: Final = Index[Mark]("of", by="key", within=("conversation",))
PAUSES_UNTIL: Final = Index[Pause]("until", by="until")
REPLICAS_SEEN: Final = Index[ReplicaRow]("seen", by="seen_at")
BLOCKED_AT: Final = Index[BlockedUser]("at", by="blocked_at")

META: Final = Table("meta", Meta, key=("key",))
SEEN: Final = Table("seen", Seen, key=("update_id",), indexes=(SEEN_AT,), is_mostly_new=True)
MARKS: Final = Table("once_keys", Mark, key=("key",), indexes=(MARKS_UNTIL, MARKS_OF))
JOBS: Final = Table("jobs", Job, key=("job",))
PAUSES: Final = Table("cooldowns", Pause, key=("service",), indexes=(PAUSES_UNTIL,))
REPLICAS: Final = Table("replicas", ReplicaRow, key=("name",), indexes=(REPLICAS_SEEN,))
BLOCKED: Final = Table("blocked_users", BlockedUser, key=("user_id",), indexes=(BLOCKED_AT,))


# ---------------------------------------------------------------- conversations


class Conversation(NamedTuple):
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


class Queued(NamedTuple):
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


class DeadLetter(NamedTuple):
    update_id: int
    conversation: str
    kind: str
    attempts: int
    at: int
    message: str


class PageQuestion(NamedTuple):
    """A question that waits until pages of its document are chosen."""

    conversation: str
    update_id: int  # of the document's message
    at: int
    document: str  # by Telegram's unique id
    messages: str


class Outgoing(NamedTuple):
    """A part to deliver."""

    conversation: str
    id: int
    destination: str
    outgoing: str
    at: int
    turn: int | None = None  # of the exchange that it is a reply of


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


class GroupConversation(NamedTuple):
    """A conversation of a group, or of a topic in a private chat."""

    conversation: str
    chat_id: int
    asker: int | None = None  # of the last question: whoever may begin anew
    is_unnamed: int = 0  # a topic that waits for a name


READY: Final = Index[Conversation]("ready", by="ready_at", where={"lease_until": (None,)})
HELD: Final = Index[Conversation]("held", by="lease_until", has=("ready_at",))
QUEUE: Final = Index[Queued]("queue", by="id", within=("conversation", "is_urgent"))
BUNDLE: Final = Index[Queued]("bundle", by="id", within=("conversation", "bundle"))
URGENT: Final = Index[Queued]("urgent", by="update_id", where={"is_urgent": (1,)})
ALL_QUEUED: Final = Index[Queued]("all", by="id")
DEAD_AT: Final = Index[DeadLetter]("at", by="at")
DEAD_OF: Final = Index[DeadLetter]("of", by="update_id", within=("conversation",))
PAGE_QUESTIONS_AT: Final = Index[PageQuestion]("at", by="at")
PAGE_QUESTIONS_OF: Final = Index[PageQuestion]("of", by="at", within=("conversation",))
OUTBOX: Final = Index[Outgoing]("of", by="id", within=("conversation",))
HISTORY: Final = Index[HistoryRow]("of", by="id", within=("conversation",))

EXCHANGES_OF: Final = Index[ExchangeRow]("of", by="turn", within=("conversation",))
EXCHANGES_OWNED: Final = Index[ExchangeRow]("owned", by="turn", within=("owner",))
IN_GROUP: Final = Index[GroupConversation]("in", by="conversation", within=("chat_id",))
HISTORY_OWNED: Final = Index[HistoryRow]("owned", by="at", within=("owner",))

CONVERSATIONS: Final = Table(
    "conversations", Conversation, key=("key",), scope="key", indexes=(READY, HELD)
)
QUEUED: Final = Table(
    "messages",
    Queued,
    key=("conversation", "id"),
    scope="conversation",
    indexes=(QUEUE, BUNDLE, URGENT, ALL_QUEUED),
)
DEAD_LETTERS: Final = Table(
    "dead_letters",
    DeadLetter,
    key=("update_id",),
    scope="conversation",
    indexes=(DEAD_AT, DEAD_OF),
)
PAGE_QUESTIONS: Final = Table(
    "page_questions",
    PageQuestion,
    key=("conversation", "update_id"),
    scope="conversation",
    indexes=(PAGE_QUESTIONS_AT, PAGE_QUESTIONS_OF),
)
OUTGOING: Final = Table(
    "outbox", Outgoing, key=("conversation", "id"), scope="conversation", indexes=(OUTBOX,)
)
HISTORY_ITEMS: Final = Table(
    "history",
    HistoryRow,
    key=("conversation", "id"),
    scope="conversation",
    indexes=(HISTORY, HISTORY_OWNED),
    is_lasting=True,
)
EXCHANGES: Final = Table(
    "exchanges",
    ExchangeRow,
    key=("conversation", "slot"),
    scope="conversation",
    indexes=(EXCHANGES_OF, EXCHANGES_OWNED),
)
GROUP_CONVERSATIONS: Final = Table(
    "group_conversations",
    GroupConversation,
    key=("conversation",),
    scope="conversation",
    indexes=(IN_GROUP,),
)


# ---------------------------------------------------------------- files


class File(NamedTuple):
    name: str
    conversation: str
    epoch: int
    owner: int
    state: str  # intended, uploaded, live, retired
    image_key: str  # its name in the conversation's item
    telegram_id: str
    unique_id: str
    size_bytes: int
    width: int
    height: int
    created_at: int
    update_id: int | None = None
    place: int | None = None
    album_id: str | None = None
    label: int | None = None
    openai_id: str | None = None
    leaves_at: int | None = None  # retention takes it out of the conversation
    expires_at: int | None = None  # OpenAI deletes it by itself
    due_at: int | None = None  # retired: to be deleted, or looked for, from then
    attempts: int = 0
    reason: str | None = None
    kind: str = "image"  # or "document"
    document: str | None = None  # what it is, and how much of it went up
    part: str | None = None  # of a long picture that went up in several: which one


FILES_OF: Final = Index[File]("of", by="created_at", within=("conversation", "state"))
FILES_OWNED: Final = Index[File]("owned", by="created_at", within=("owner",))
DUE: Final = Index[File]("due", by="due_at", where={"state": ("retired",)}, has=("openai_id",))
UNSETTLED: Final = Index[File]("unsettled", by="created_at", where={"openai_id": (None,)})
RETIRED: Final = Index[File]("retired", by="created_at", where={"state": ("retired",)})
LEAVING: Final = Index[File]("leaving", by="leaves_at", where={"state": SHOWN})
UPLOADED: Final = Index[File]("uploaded", by="created_at", where={"state": ("uploaded",)})
SHOWN_NAMES: Final = Index[File]("shown", by="name", where={"state": SHOWN})

FILES: Final = Table(
    "files",
    File,
    key=("name",),
    scope="conversation",
    indexes=(FILES_OF, FILES_OWNED, DUE, UNSETTLED, RETIRED, LEAVING, UPLOADED, SHOWN_NAMES),
)


# ---------------------------------------------------------------- people


class PersonRow(NamedTuple):
    """Somebody who was answered, or about whom something was decided."""

    user_id: int
    first_at: int
    last_at: int  # to the day
    standing: str = ""  # asked, admitted or refused, where people are let in
    name: str = ""  # as told when they asked to be let in
    banned_at: int | None = None
    decided_at: int | None = None
    decided_by: int | None = None  # an admin; 0: the operator
    limits: str = "{}"  # their own
    language: str = ""  # in which they asked to be let in


class InviteRow(NamedTuple):
    """An invitation, by the code of its link."""

    code: str
    made_at: int
    made_by: int
    ends_at: int
    uses: int
    used: int = 0


class BroadcastRow(NamedTuple):
    """A message to everybody; `after`: the person who was done last."""

    id: str
    at: int
    by: int
    state: str  # draft, sending, stopped or done
    text: str
    after: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0


class PreferenceRow(NamedTuple):
    """Choices of a person for themselves, or a group's admins for it."""

    owner: str  # user:<id> or group:<chat id>
    choices: str


class AuditRow(NamedTuple):
    """A decision about a person."""

    id: str
    at: int
    by: int
    action: str
    user_id: int = 0  # 0: nobody, or erased since
    detail: str = ""


PEOPLE_SEEN: Final = Index[PersonRow]("seen", by="last_at")
PEOPLE_STANDING: Final = Index[PersonRow]("standing", by="last_at", within=("standing",))
PEOPLE_BANNED: Final = Index[PersonRow]("banned", by="banned_at")
PEOPLE_ALL: Final = Index[PersonRow]("all", by="user_id")
INVITES_END: Final = Index[InviteRow]("end", by="ends_at")
BROADCASTS_AT: Final = Index[BroadcastRow]("at", by="at")
BROADCASTS_IN: Final = Index[BroadcastRow]("in", by="at", within=("state",))
AUDIT_AT: Final = Index[AuditRow]("at", by="at")
AUDIT_OF: Final = Index[AuditRow]("of", by="at", within=("user_id",))

PEOPLE: Final = Table(
    "people",
    PersonRow,
    key=("user_id",),
    indexes=(PEOPLE_SEEN, PEOPLE_STANDING, PEOPLE_BANNED, PEOPLE_ALL),
)
INVITES: Final = Table("invites", InviteRow, key=("code",), indexes=(INVITES_END,))
BROADCASTS: Final = Table(
    "broadcasts", BroadcastRow, key=("id",), indexes=(BROADCASTS_AT, BROADCASTS_IN)
)
PREFERENCES: Final = Table("preferences", PreferenceRow, key=("owner",))
AUDIT: Final = Table("audit", AuditRow, key=("id",), indexes=(AUDIT_AT, AUDIT_OF))


# ---------------------------------------------------------------- quotas and records


class Reservation(NamedTuple):
    conversation: str
    id: str  # of the record that it becomes
    payer: str
    at: int  # where it counts, and how old it is
    record: str  # what is charged where nobody says better


class Tally(NamedTuple):
    """Counts of a payer in a period, reservations included."""

    payer: str  # "bot": all of them
    period: str  # a day or a month, UTC
    messages: int = 0
    images: int = 0
    cost_micros: int = 0
    voice_s: int = 0
    documents: int = 0


class Record(NamedTuple):
    id: str
    at: int
    user_id: int
    record: str
    delivered_ms: int | None = None  # known later than the rest


class AnswerRow(NamedTuple):
    """A message of ours that is an answer, for a while: what is thought of it is counted."""

    chat_id: int
    message_id: int
    user_id: int  # whoever asked
    model: str
    at: int
    reaction: int = 0  # of whoever asked: 1, -1 or 0


class FeedbackRow(NamedTuple):
    """Reactions to the answers of one day and model; nobody's name."""

    day: str
    model: str
    good: int = 0
    bad: int = 0


class Day(NamedTuple):
    """Sums of the records of one user's day with one model; user 0: who was erased."""

    user_id: int
    day: str
    model: str
    messages: int = 0
    images: int = 0
    image_tokens: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    bytes_uploaded: int = 0
    cost_micros: int = 0  # of the turns with a price
    turns_without_price: int = 0
    voice_s: int = 0
    documents: int = 0


class GroupDay(NamedTuple):
    """Sums of a group's day, whoever asked."""

    chat_id: int
    day: str
    messages: int = 0
    images: int = 0
    cost_micros: int = 0  # of the turns with a price
    turns_without_price: int = 0
    voice_s: int = 0


RESERVED_FOR: Final = Index[Reservation]("for", by="at", within=("id",))
RESERVED_AT: Final = Index[Reservation]("at", by="at")
PERIODS: Final = Index[Tally]("period", by="period")
RECORDS_AT: Final = Index[Record]("at", by="at")
RECORDS_OF: Final = Index[Record]("of", by="at", within=("user_id",))
DAYS_ON: Final = Index[Day]("on", by="day")
DAYS_OF: Final = Index[Day]("of", by="day", within=("user_id",))
GROUP_DAYS_ON: Final = Index[GroupDay]("on", by="day")
GROUP_DAYS_OF: Final = Index[GroupDay]("of", by="day", within=("chat_id",))

ANSWERS_AT: Final = Index[AnswerRow]("at", by="at")
ANSWERS_OF: Final = Index[AnswerRow]("of", by="at", within=("user_id",))
FEEDBACK_ON: Final = Index[FeedbackRow]("on", by="day")

ANSWERS: Final = Table(
    "answers", AnswerRow, key=("chat_id", "message_id"), indexes=(ANSWERS_AT, ANSWERS_OF)
)
FEEDBACK: Final = Table(
    "feedback",
    FeedbackRow,
    key=("day", "model"),
    indexes=(FEEDBACK_ON,),
    counters=("good", "bad"),
)
RESERVATIONS: Final = Table(
    "reservations",
    Reservation,
    key=("conversation",),
    scope="conversation",
    indexes=(RESERVED_FOR, RESERVED_AT),
)
TALLIES: Final = Table(
    "tallies",
    Tally,
    key=("payer", "period"),
    indexes=(PERIODS,),
    counters=("messages", "images", "cost_micros", "voice_s", "documents"),
)
RECORDS: Final = Table("records", Record, key=("id",), indexes=(RECORDS_AT, RECORDS_OF))
DAYS: Final = Table(
    "daily",
    Day,
    key=("user_id", "day", "model"),
    indexes=(DAYS_ON, DAYS_OF),
    counters=Day._fields[3:],
)
GROUP_DAYS: Final = Table(
    "group_daily",
    GroupDay,
    key=("chat_id", "day"),
    indexes=(GROUP_DAYS_ON, GROUP_DAYS_OF),
    counters=GroupDay._fields[2:],
)

TABLES: Final[tuple[Table[Any], ...]] = (
    META,
    SEEN,
    MARKS,
    JOBS,
    PAUSES,
    REPLICAS,
    BLOCKED,
    CONVERSATIONS,
    QUEUED,
    DEAD_LETTERS,
    PAGE_QUESTIONS,
    OUTGOING,
    HISTORY_ITEMS,
    EXCHANGES,
    GROUP_CONVERSATIONS,
    FILES,
    PEOPLE,
    INVITES,
    BROADCASTS,
    PREFERENCES,
    AUDIT,
    RESERVATIONS,
    TALLIES,
    RECORDS,
    ANSWERS,
    FEEDBACK,
    DAYS,
    GROUP_DAYS,
)
