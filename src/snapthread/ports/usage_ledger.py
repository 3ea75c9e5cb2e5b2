"""Counts of what was used, and by whom."""

from datetime import datetime
from typing import Protocol

from snapthread.model import Claim, Transcript
from snapthread.model.quotas import LimitExceeded, Limits, Spending
from snapthread.model.usage import DailyFeedback, DailyUsage, TurnRecord
from snapthread.ports.conversations import RequestBounds


class ReservationRevisions(Protocol):
    """Reservations of attempts in hand, as more is known of what they cost."""

    async def revise(self, record: TurnRecord) -> bool:
        """The reservation with this id says from now on what is known better; needs no lease.

        The counts follow. False, and nothing happens, where it was charged already.
        """
        ...


class Reservations(ReservationRevisions, Protocol):
    """Counts of a payer, and what is reserved of them for a question in hand."""

    async def reserve(
        self, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
    ) -> LimitExceeded | None:
        """Reserve what `estimate` counts, or say which limit that would pass; raises LeaseLost.

        Where the conversation has a reservation with this id, it is raised to `estimate`: only
        what is more is checked, and where that is too much, it stays as it was. One with another
        id is of an attempt that broke off: it is charged as it says, but for its messages and
        images, which count once for a question, whatever the answer is.
        """
        ...

    async def reserve_and_compose(
        self,
        claim: Claim,
        now: datetime,
        *,
        payer: str,
        estimate: TurnRecord,
        limits: Limits,
        bounds: RequestBounds,
    ) -> tuple[LimitExceeded | None, Transcript | None]:
        """`reserve`, and in the same transaction what `Context.compose` gives, unless a limit says
        no: for a question that brings nothing which must be there first."""
        ...

    async def spending(self, payer: str, now: datetime) -> Spending: ...


class StaleReservations(Protocol):
    """Reservations of attempts that broke off."""

    async def settle_stale(self, now: datetime, *, limit: int) -> int:
        """Reservations `STALE` old or older are of attempts that broke off, and charged as such;
        how many. Their questions wait still, and count when they are asked again."""
        ...


class QuotaLedger(Reservations, StaleReservations, Protocol):
    """Quotas: use and reservations, by payer: an opaque word for a user.

    A conversation has at most one reservation, that of the question in hand. It holds a record of
    what is charged where nobody says better, and counts at once in the payer's day and month and
    in the bot's month (UTC, of the moment it was made).
    """


class UsageRecords(Protocol):
    """Records of each turn, kept for `RECORDS_KEPT`; and the sums of each day, kept for ever.

    A record and its share of the sums are written together, when its reservation is charged or
    its turn finished. An attempt counts on the day (UTC) of its record. What used nothing, such
    as the refusal of a stranger, is in no sum.
    """

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        """The sums from this day ("2026-11-12") on, of one user or of all; by day, user, model."""
        ...

    async def group_usage(self, chat_id: int, since: str) -> tuple[DailyUsage, ...]:
        """The sums of a group's days from this one on, whoever asked; nobody is named."""
        ...

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        """The next records, by their time and id, from after this one on; "" is before any id."""
        ...

    async def last_records(self, user_id: int, *, limit: int) -> tuple[TurnRecord, ...]:
        """A user's last attempts, newest first."""
        ...


class Reactions(Protocol):
    """A person's opinion of an answer, as they tell it."""

    async def note_reaction(
        self, chat_id: int, message_id: int, user_id: int, reaction: int
    ) -> bool:
        """1: good, -1: bad, 0: taken back; of whoever asked, within a week. False where that is
        nothing new, or no answer to them."""
        ...


class Feedback(Reactions, Protocol):
    """Opinions on answers, by the day and the model of the answer; of nobody by name."""

    async def feedback(self, since: str) -> tuple[DailyFeedback, ...]:
        """From this day on, by day and model."""
        ...
