"""Quotas: a question's most is reserved before anything is downloaded, and settled
with the turn's record.

A kill leaves the reservation in the store, where it is charged after an hour.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from snapthread.meter import Meter
from snapthread.model import Claim, Installation, Message, Transcript
from snapthread.model.people import Person
from snapthread.model.quotas import LimitExceeded, Limits, Spending
from snapthread.model.request_profile import RequestProfile
from snapthread.model.usage import TurnRecord
from snapthread.ports import Clock, PeopleKnown, RequestBounds, Reservations
from snapthread.turn.costs import Costs
from snapthread.turn.estimate import Estimator
from snapthread.turn.media import count_new, images_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The end of asking for room: the limit that it would pass, if there is one, and what was
    composed in the same step, as it was then."""

    exceeded: LimitExceeded | None
    at: datetime
    transcript: Transcript | None = None


class QuotaStore(Reservations, PeopleKnown, Protocol):
    """The store as quotas need it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotas:
    """One instance a process. Admins have no limits, and are counted all the same. `profile`: of
    whoever chose nothing; `models`: all that may be chosen."""

    store: QuotaStore
    costs: Costs
    estimator: Estimator
    installation: Installation
    clock: Clock
    profile: RequestProfile
    models: tuple[str, ...]
    limits: Limits
    admins: frozenset[int] = frozenset()

    async def limits_of(self, user_id: int) -> Limits:
        """Everybody's, and over them the person's own."""
        return self.limits_for(user_id, await self.store.person(user_id))

    def limits_for(self, user_id: int, person: Person | None) -> Limits:
        """The same, of somebody who was looked up already."""
        if user_id in self.admins:
            return Limits()
        return person.limits.override(self.limits) if person else self.limits

    @property
    def has_price(self) -> bool:
        """Every model that answers has a price: else a limit of money would not always hold."""
        return self.costs.has_speech_price and all(map(self.costs.is_known, self.models))

    def profile_of(self, meter: Meter) -> RequestProfile:
        """The way the attempt is asked: the person's choice, else the operator's."""
        return meter.profile or self.profile

    async def spending(self, user_id: int) -> Spending:
        return await self.store.spending(self._payer(user_id), self.clock())

    async def reserve(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        meter: Meter,
        *,
        opened_tokens: int = 0,
        bounds: RequestBounds | None = None,
    ) -> Reserved:
        """Reserve for a question, or for more of it. LeaseLost.

        `opened_tokens`: of its documents and long pictures, as far as they were opened: before,
        nobody knows.
        `bounds`: of what can be composed in the same step.
        """
        user_id, at = questions[0].user_id, self.clock()
        limits = meter.limits or await self.limits_of(user_id)
        of_money = limits.of_money or self.limits.of_money  # an admin's is in everybody's sum
        estimate = await self.estimator.estimate(
            claim,
            questions,
            meter,
            self.profile_of(meter),
            opened_tokens=opened_tokens,
            of_money=of_money,
        )
        reserved = await self._reserve(claim, at, self._payer(user_id), estimate, limits, bounds)
        if reserved.exceeded is None:
            meter.messages, meter.question_images = 1, images_of(questions)
            meter.images, meter.documents = count_new(claim, questions)
        return reserved

    async def _reserve(
        self,
        claim: Claim,
        at: datetime,
        payer: str,
        estimate: TurnRecord,
        limits: Limits,
        bounds: RequestBounds | None,
    ) -> Reserved:
        """In one step with the transcript, where the request can be composed already."""
        if bounds is None:
            exceeded = await self.store.reserve(
                claim, at, payer=payer, estimate=estimate, limits=limits
            )
            return Reserved(exceeded=exceeded, at=at)
        exceeded, transcript = await self.store.reserve_and_compose(
            claim, at, payer=payer, estimate=estimate, limits=limits, bounds=bounds
        )
        return Reserved(exceeded=exceeded, transcript=transcript, at=at)

    def _payer(self, user_id: int) -> str:
        """The person by a hash: what they used outlives their erasure."""
        return self.installation.hash_name(f"payer {user_id}")
