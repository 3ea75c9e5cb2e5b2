"""People who use the bot, whether they may, and decisions about them."""

from datetime import datetime
from typing import Protocol

from snapthread.model.people import Decision, OwnLimits, Person, Standing


class PeopleKnown(Protocol):
    """The standing of one person."""

    async def person(self, user_id: int) -> Person | None: ...


class PeopleList(PeopleKnown, Protocol):
    """Everybody who is known."""

    async def people(
        self,
        *,
        limit: int,
        skip: int = 0,
        standing: Standing | None = None,
        banned: bool = False,
    ) -> tuple[Person, ...]:
        """Those who were answered last come first; those who were banned last, with `banned`."""
        ...

    async def count_people(self) -> int: ...


class StandingDecisions(Protocol):
    """Decisions about a person."""

    async def ban(self, user_id: int, now: datetime, *, by: int) -> bool:
        """Whether they may or not: no more. False where they are banned already."""
        ...

    async def unban(self, user_id: int, now: datetime, *, by: int) -> bool:
        """As before the ban; whom an admin refused may ask again. False where there is neither."""
        ...

    async def set_limits(
        self, user_id: int, now: datetime, *, by: int, limits: OwnLimits
    ) -> OwnLimits:
        """The person's own limits; those before."""
        ...


class Audit(Protocol):
    """Decisions that were made."""

    async def decisions(self, *, limit: int, user_id: int | None = None) -> tuple[Decision, ...]:
        """Newest first, about everybody or about one person."""
        ...


class Standings(PeopleList, StandingDecisions, Audit, Protocol):
    """People and decisions about them. `by`: the admin who decides; 0: the operator.

    Each decision that changes something leaves a row for the audit, kept as long as records are.
    Erasing a person leaves of a ban and of limits of their own the number alone, and of decisions
    not even that.
    """

    async def find_people(self) -> int:
        """Once for each store: whom a version before this one answered; how many they are."""
        ...
