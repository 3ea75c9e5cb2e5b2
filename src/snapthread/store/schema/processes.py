"""Tables of the store itself, and of the processes that use it."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class Meta(NamedTuple):
    key: str  # "installation" or "secret"
    value: str


META: Final = Table("meta", Meta, key=("key",))


class Seen(NamedTuple):
    """An update that was accepted."""

    update_id: int
    at: int


SEEN_AT: Final = Index[Seen]("at", by="at")

SEEN: Final = Table("seen", Seen, key=("update_id",), indexes=(SEEN_AT,), is_mostly_new=True)


class Mark(NamedTuple):
    """Something that is to be done once: a sentence said, an album answered."""

    key: str
    until: int | None = None  # None: for ever
    conversation: str | None = None  # with which it is forgotten


MARKS_UNTIL: Final = Index[Mark]("until", by="until")
MARKS_OF: Final = Index[Mark]("of", by="key", within=("conversation",))

MARKS: Final = Table("once_keys", Mark, key=("key",), indexes=(MARKS_UNTIL, MARKS_OF))


class Job(NamedTuple):
    job: str
    owner: str
    until: int


JOBS: Final = Table("jobs", Job, key=("job",))


class Pause(NamedTuple):
    """A service that nobody calls before then."""

    service: str
    until: int
    asked_at: int = 0  # 0: by a version that did not note it


PAUSES_UNTIL: Final = Index[Pause]("until", by="until")

PAUSES: Final = Table("cooldowns", Pause, key=("service",), indexes=(PAUSES_UNTIL,))


class ReplicaRow(NamedTuple):
    """A process of this bot, as it last reported."""

    name: str
    version: str
    began_at: int
    seen_at: int
    is_polling: int
    active_turns: int


REPLICAS_SEEN: Final = Index[ReplicaRow]("seen", by="seen_at")

REPLICAS: Final = Table("replicas", ReplicaRow, key=("name",), indexes=(REPLICAS_SEEN,))


class BlockedUser(NamedTuple):
    user_id: int
    blocked_at: int


BLOCKED_AT: Final = Index[BlockedUser]("at", by="blocked_at")

BLOCKED: Final = Table("blocked_users", BlockedUser, key=("user_id",), indexes=(BLOCKED_AT,))
