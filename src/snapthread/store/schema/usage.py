"""Tables of what was used: reservations, records, their sums, and reactions to answers."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class ReservationRow(NamedTuple):
    conversation: str
    id: str  # of the record that it becomes
    payer: str
    at: int  # where it counts, and how old it is
    record: str  # what is charged where nobody says better


RESERVED_FOR: Final = Index[ReservationRow]("for", by="at", within=("id",))
RESERVED_AT: Final = Index[ReservationRow]("at", by="at")

RESERVATIONS: Final = Table(
    "reservations",
    ReservationRow,
    key=("conversation",),
    scope="conversation",
    indexes=(RESERVED_FOR, RESERVED_AT),
)


class TallyRow(NamedTuple):
    """Counts of a payer in a period, reservations included."""

    payer: str  # "bot": all of them
    period: str  # a day or a month, UTC
    messages: int = 0
    images: int = 0
    cost_micros: int = 0
    voice_s: int = 0
    documents: int = 0


PERIODS: Final = Index[TallyRow]("period", by="period")

TALLIES: Final = Table(
    "tallies",
    TallyRow,
    key=("payer", "period"),
    indexes=(PERIODS,),
    counters=("messages", "images", "cost_micros", "voice_s", "documents"),
)


class RecordRow(NamedTuple):
    id: str
    at: int
    user_id: int
    record: str
    delivered_ms: int | None = None  # known later than the rest


RECORDS_AT: Final = Index[RecordRow]("at", by="at")
RECORDS_OF: Final = Index[RecordRow]("of", by="at", within=("user_id",))

RECORDS: Final = Table("records", RecordRow, key=("id",), indexes=(RECORDS_AT, RECORDS_OF))


class DayRow(NamedTuple):
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


DAYS_ON: Final = Index[DayRow]("on", by="day")
DAYS_OF: Final = Index[DayRow]("of", by="day", within=("user_id",))

DAYS: Final = Table(
    "daily",
    DayRow,
    key=("user_id", "day", "model"),
    indexes=(DAYS_ON, DAYS_OF),
    counters=DayRow._fields[3:],
)


class GroupDayRow(NamedTuple):
    """Sums of a group's day, whoever asked."""

    chat_id: int
    day: str
    messages: int = 0
    images: int = 0
    cost_micros: int = 0  # of the turns with a price
    turns_without_price: int = 0
    voice_s: int = 0


GROUP_DAYS_ON: Final = Index[GroupDayRow]("on", by="day")
GROUP_DAYS_OF: Final = Index[GroupDayRow]("of", by="day", within=("chat_id",))

GROUP_DAYS: Final = Table(
    "group_daily",
    GroupDayRow,
    key=("chat_id", "day"),
    indexes=(GROUP_DAYS_ON, GROUP_DAYS_OF),
    counters=GroupDayRow._fields[2:],
)


class AnswerRow(NamedTuple):
    """A message of ours that is an answer, for a while: what is thought of it is counted."""

    chat_id: int
    message_id: int
    user_id: int  # whoever asked
    model: str
    at: int
    reaction: int = 0  # of whoever asked: 1, -1 or 0


ANSWERS_AT: Final = Index[AnswerRow]("at", by="at")
ANSWERS_OF: Final = Index[AnswerRow]("of", by="at", within=("user_id",))

ANSWERS: Final = Table(
    "answers", AnswerRow, key=("chat_id", "message_id"), indexes=(ANSWERS_AT, ANSWERS_OF)
)


class FeedbackRow(NamedTuple):
    """Reactions to the answers of one day and model; nobody's name."""

    day: str
    model: str
    good: int = 0
    bad: int = 0


FEEDBACK_ON: Final = Index[FeedbackRow]("on", by="day")

FEEDBACK: Final = Table(
    "feedback",
    FeedbackRow,
    key=("day", "model"),
    indexes=(FEEDBACK_ON,),
    counters=("good", "bad"),
)
