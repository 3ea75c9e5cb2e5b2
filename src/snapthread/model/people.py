"""People as an operator sees them: who may, their own limits, decisions about them. Pure."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from snapthread.model.conversations import ConversationKey
from snapthread.model.outgoing import Destination, OutgoingMessage
from snapthread.model.preferences import NO_PREFERENCES, Preferences
from snapthread.model.quotas import Limits

OPERATOR: Final = 0  # who decides by a command or on the admin page
NOBODY: Final = 0  # in decisions: whoever was erased since

Standing = Literal["", "asked", "admitted", "refused"]
AccessMode = Literal["open", "invite", "list"]
BroadcastState = Literal["draft", "sending", "stopped", "done"]
Reached = Literal["sent", "blocked", "failed", "skipped"]
Decided = Literal[
    "asked",
    "admitted",
    "refused",
    "banned",
    "unbanned",
    "limited",
    "invite_made",
    "invite_ended",
    "invite_used",
    "broadcast",
    "broadcast_stopped",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimits:
    """One person's limits; they win over everybody's. None: as everybody; 0: no limit."""

    user_daily_messages: int | None = None
    user_daily_images: int | None = None
    user_daily_documents: int | None = None
    user_daily_voice_s: int | None = None
    user_daily_cost_micros: int | None = None
    user_monthly_cost_micros: int | None = None

    @property
    def of_money(self) -> bool:
        return bool(self.user_daily_cost_micros or self.user_monthly_cost_micros)

    def override(self, limits: Limits) -> Limits:
        """The limits that hold for this person."""
        return replace(limits, **self.own_values())

    def own_values(self) -> dict[str, int]:
        """Those that are their own."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


NO_OWN_LIMITS: Final = OwnLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A message that goes out with a decision, in one transaction."""

    conversation: ConversationKey
    to: Destination
    outgoing: OutgoingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who was answered, or about whom something was decided. `last_at`: to the day."""

    user_id: int
    first_at: datetime
    last_at: datetime
    standing: Standing = ""  # with ACCESS=invite
    name: str = ""  # as Telegram gives it when they ask to be let in
    language: str = ""  # in which they asked
    banned_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: int | None = None
    limits: OwnLimits = field(default_factory=OwnLimits)
    is_told_of_files: bool = False  # that small text is easier to read in a picture sent as a file

    @property
    def is_banned(self) -> bool:
        return self.banned_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever a message is of, as far as the store knows: who they are, and what holds there."""

    person: Person | None = None
    preferences: Preferences = NO_PREFERENCES

    @property
    def is_banned(self) -> bool:
        return self.person is not None and self.person.is_banned


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A row of the audit: who decided what about whom, and when. No content."""

    at: datetime
    by: int
    action: Decided
    user_id: int = NOBODY
    detail: str = ""


def invite_id(written: str) -> str:
    """An invitation's id, of its link, of the code in it, or of the id itself."""
    code = written.strip().rpartition("start=")[2]
    is_id = re.fullmatch(r"[0-9a-f]{8}", code)
    return code if is_id else hashlib.sha256(code.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A link that lets people in, without its code."""

    id: str  # names it without letting anybody in
    made_at: datetime
    made_by: int
    ends_at: datetime
    uses: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A message to everybody, and how far it is: `after`, the person who was done last."""

    id: str
    at: datetime
    by: int
    state: BroadcastState
    text: str = ""
    after: int = 0
    sent: int = 0
    blocked: int = 0
    failed: int = 0


# ---------------------------------------------------------------- limits as people write them

# As it is written → whose field, and how many of its units one is.
WRITTEN: Final[dict[str, tuple[str, int]]] = {
    "messages": ("user_daily_messages", 1),
    "images": ("user_daily_images", 1),
    "documents": ("user_daily_documents", 1),
    "voice": ("user_daily_voice_s", 60),
    "cost": ("user_daily_cost_micros", 1_000_000),
    "month": ("user_monthly_cost_micros", 1_000_000),
}
AS_EVERYBODY: Final = "default"
MOST: Final = 1_000_000_000


def read_limits(words: Sequence[str], limits: OwnLimits) -> OwnLimits:
    """`messages=50 cost=0.50 month=default` over what is theirs; `default` alone: all as
    everybody's. Raises ValueError with the word that is not understood."""
    for word in words:
        if word == AS_EVERYBODY:
            limits = NO_OWN_LIMITS
            continue
        name, _, value = word.partition("=")
        if name not in WRITTEN:
            raise ValueError(word)
        written, unit = WRITTEN[name]
        limits = replace(limits, **{written: _amount(value, unit, word)})
    return limits


def _amount(value: str, unit: int, word: str) -> int | None:
    if value == AS_EVERYBODY:
        return None
    try:
        amount = Decimal(value) * unit
    except InvalidOperation:
        raise ValueError(word) from None
    if not amount.is_finite() or not 0 <= amount <= MOST * unit or amount != int(amount):
        raise ValueError(word)
    return int(amount)


def write_limits(limits: OwnLimits) -> str:
    """As `read_limits` reads them; empty where none is their own."""
    own_values = limits.own_values()
    return " ".join(
        f"{name}={Decimal(own_values[own]) / unit:f}"
        for name, (own, unit) in WRITTEN.items()
        if own in own_values
    )
