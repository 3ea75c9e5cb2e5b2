"""Everything that outlives a process, behind one door."""

from datetime import datetime
from typing import Protocol

from snapthread.model import Backlog, Installation, Replica
from snapthread.ports.admissions import Admissions, Broadcasts
from snapthread.ports.choices import Choices
from snapthread.ports.conversations import Conversations
from snapthread.ports.file_ledger import FileLedger
from snapthread.ports.message_queue import MessageQueue
from snapthread.ports.people import People
from snapthread.ports.standings import Standings
from snapthread.ports.usage_ledger import Feedback, QuotaLedger, UsageRecords


class Jobs(Protocol):
    """Jobs that one process does at a time."""

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        """One process does a job at a time; who has it keeps it by taking it again."""
        ...


class CooldownNotes(Protocol):
    """Cooldowns that all processes keep."""

    async def start_cooldown(self, service: str, until: datetime, now: datetime) -> None:
        """No process calls this service before then (`ChangeFeed.poll_changes` tells the
        others)."""
        ...


class Replicas(Protocol):
    """The processes of this bot, as each last reported."""

    async def note_replica(self, replica: Replica) -> None:
        """Note what a process reports of itself, in place of its last report."""
        ...

    async def forget_replica(self, name: str) -> None:
        """A process that ends in order."""
        ...

    async def replicas(self) -> tuple[Replica, ...]:
        """All of them, by name; one that died stays, as it told last, for a day. Which of them
        polls, and until when, its lease tells where there is one."""
        ...


class Tidying(Protocol):
    """Rows that nobody needs any more."""

    async def tidy(self, now: datetime) -> int:
        """Forget what is older than it is needed: marks, counts of quotas, records; how much."""
        ...


class Backlogs(Protocol):
    """The work that is still to be done."""

    async def backlog(self, now: datetime) -> Backlog:
        """Counts of the work that is still to be done."""
        ...


class Readiness(Protocol):
    """Does the store work right now?"""

    async def check(self) -> None:
        """Can it be read and written? Writes nothing. Raises StoreBusy, StoreFull."""
        ...


class Facts(Protocol):
    """Findings about the world, for the next start and for the commands."""

    async def remember(self, fact: str, value: str) -> None: ...

    async def recall(self, fact: str) -> str | None: ...


class Store(
    MessageQueue,
    Conversations,
    FileLedger,
    People,
    Standings,
    Choices,
    Admissions,
    Broadcasts,
    QuotaLedger,
    UsageRecords,
    Feedback,
    Jobs,
    CooldownNotes,
    Replicas,
    Tidying,
    Backlogs,
    Readiness,
    Facts,
    Protocol,
):
    """Everything that outlives a process. Each verb is one transaction.

    Any verb may raise StoreBusy (try again) or StoreFull (the disk). Then nothing was written, or,
    where a server's reply was lost, the verb was done: each is safe to be tried again.

    Whoever builds the bot opens it; a class asks for the smaller ports that it uses.
    """

    async def installation(self) -> Installation:
        """Made once, at the first start."""
        ...

    async def close(self) -> None: ...
