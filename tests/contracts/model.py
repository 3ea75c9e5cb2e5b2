"""A model of a store, as plainly as it can be said: the state machine compares it with a store.

Times of readiness are only bounded here; the contract tests hold them to the instant.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapthread.limits import ALBUM_GATHER_S, CUT_TEXT_GAP_S, CUT_TEXT_UNITS, LONGEST_UPLOAD_S
from snapthread.model import Claim, ConversationKey, FileName, FileState, Message, OutboxMessage

ADMITTED: tuple[FileState, ...] = ("uploaded", "live")


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A message in the queue."""

    message: Message
    bundle: str
    arrived_at: datetime
    attempts: int = 0
    is_taken: bool = False  # by a claim that was not given back


@dataclass(slots=True, kw_only=True)
class Row:
    """A file as the ledger must know it."""

    name: FileName
    conversation: ConversationKey | None
    epoch: int
    owner: int | None
    update_id: int
    place: int
    unique_id: str
    image_key: FileName
    state: FileState = "intended"
    openai_id: str | None = None
    leaves_at: datetime | None = None
    is_taken: bool = False  # a deletion of it was begun

    def retire(self) -> None:
        self.state = "retired"


@dataclass(slots=True, kw_only=True)
class Talk:
    """One conversation."""

    epoch: int = 0
    token: int = 0
    holder: Claim | None = None
    lease_until: datetime | None = None
    not_before: datetime | None = None
    waiting: list[Waiting] = field(default_factory=list)
    resets: list[Message] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)  # albums

    def is_free(self, now: datetime) -> bool:
        over = self.holder is None or self.lease_until is None or self.lease_until <= now
        return over and (self.not_before is None or self.not_before <= now)

    def must_be_ready(self, now: datetime) -> bool:
        if not self.is_free(now):
            return False
        if self.parts:
            return True
        gathered = now - timedelta(seconds=ALBUM_GATHER_S)
        return bool(self.waiting and not self.resets and self.waiting[0].arrived_at <= gathered)

    def together(self, bundle: str) -> list[Waiting]:
        return [each for each in self.waiting if each.bundle == bundle]


@dataclass(slots=True, kw_only=True)
class Upload:
    """An upload on its way: the worker may die before it tells, the file may have arrived."""

    name: FileName
    began_at: datetime
    openai_id: str | None = None  # once it has arrived at OpenAI

    def may_arrive(self, now: datetime) -> bool:
        return self.openai_id is None and now - self.began_at < timedelta(seconds=LONGEST_UPLOAD_S)


@dataclass(slots=True, kw_only=True)
class Worker:
    """A worker's knowledge: its claim, and what it asks with."""

    claim: Claim
    taken: list[Waiting] = field(default_factory=list)
    lease_until: datetime
    asking: frozenset[str] = frozenset()
    parts: list[OutboxMessage] = field(default_factory=list)  # to deliver
    has_ended: bool = False
    stage: int = 0  # on the usual way


def bundle_of(message: Message, before: Message | None, bundle_before: str) -> str:
    """Parts of one album, or of one cut text, share a name; all others have one of their own."""
    if message.album_id is not None:
        return f"album {message.album_id}"
    goes_on = (
        before is not None
        and len(before.text) > CUT_TEXT_UNITS
        and message.image is None
        and before.album_id is None
        and message.user_id == before.user_id
        and message.sent_at - before.sent_at <= timedelta(seconds=CUT_TEXT_GAP_S)
    )
    return bundle_before if goes_on else f"message {message.update_id}"
