"""Tables of the store itself, and of the processes that use it."""

from typing import Final, NamedTuple

from snapthread.store.table import Index, Table


class MetaRow(NamedTuple):
    key: str  # "installation" or "secret"
    value: str


META: Final = Table("meta", MetaRow, key=("key",))


class SeenRow(NamedTuple):
    """An update that was accepted."""

    update_id: int
    at: int


SEEN_AT: Final = Index[SeenRow]("at", by="at")

SEEN: Final = Table("seen", SeenRow, key=("update_id",), indexes=(SEEN_AT,), is_mostly_new=True)


class MarkRow(NamedTuple):
    """Something that is to be done once: a sentence said, an album answered."""

    key: str
    until: int | None = None  # None: for ever
    conversation: str | None = None  # with which it is forgotten


MARKS_UNTIL: Final = Index[MarkRow]("until", by="until")
MARKS_OF: Final = Index[MarkRow]("of", by="key", within=("conversation",))

MARKS: Final = Table("once_keys", MarkRow, key=("key",), indexes=(MARKS_UNTIL, MARKS_OF))


class JobRow(NamedTuple):
    job: str
    owner: str
    until: int


JOBS: Final = Table("jobs", JobRow, key=("job",))


class CooldownRow(NamedTuple):
    """A service that asked us to wait, and until when."""

    service: str
    until: int
    asked_at: int = 0  # 0: by a version that did not note it


COOLDOWNS_UNTIL: Final = Index[CooldownRow]("until", by="until")

COOLDOWNS: Final = Table("cooldowns", CooldownRow, key=("service",), indexes=(COOLDOWNS_UNTIL,))


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


class BlockedUserRow(NamedTuple):
    user_id: int
    blocked_at: int


BLOCKED_AT: Final = Index[BlockedUserRow]("at", by="blocked_at")

BLOCKED: Final = Table("blocked_users", BlockedUserRow, key=("user_id",), indexes=(BLOCKED_AT,))
