"""The bot as its operator sees it: processes, the message queue, what is still to be done. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from snapthread.model.conversations import ConversationKey
from snapthread.model.turns import Claim

POLLING: Final = "poll"  # the job of the one process that polls, where there are several


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A process of this bot, as it last reported."""

    name: str  # its machine and process id
    version: str
    began_at: datetime
    seen_at: datetime
    is_polling: bool
    active_turns: int
    polls_until: datetime | None = None  # unless it says so again; None: it needs no lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown:
    """A service that asked to be left alone."""

    until: datetime
    wait_s: float | None  # how long it asked for; None: a version before did not note it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaChanges:
    """Changes by other processes: to claims of ours, and what the services asked for."""

    lost: frozenset[Claim] = frozenset()  # somebody else's now, by a reset, an erasure, a takeover
    stopped: frozenset[Claim] = frozenset()  # the person said Stop to this turn
    cooldowns: Mapping[str, Cooldown] = field(default_factory=dict)  # by service


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedMessage:
    """A message in the queue, or put aside from it; nothing of what it says."""

    update_id: int
    conversation: ConversationKey
    kind: str  # a question, a command, …
    arrived_at: datetime  # for what was put aside: when that was
    attempts: int
    is_held: bool = False  # somebody works on it now


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Counts of the work that is still to be done."""

    messages: int  # that are not done with, also those being worked on
    files: int  # past due, or still to be deleted
    unsettled: int  # intents whose upload is to be looked for, now or soon
    dead_letters: int = 0
    live_files: int = 0  # that a conversation holds, or is about to


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """This installation's own id, which marks its files, and its secret for hashed ids."""

    id: str
    secret: bytes

    def hash_name(self, name: str) -> str:
        """Names nobody, and is the same for ever."""
        return hmac.new(self.secret, name.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Counts of what was held on a person: files to be deleted at OpenAI, rows that are gone.
    `was_done`: False where it had been asked for by a press that no longer counts."""

    files: int
    items: int
    messages: int
    outbox: int
    was_done: bool = True
