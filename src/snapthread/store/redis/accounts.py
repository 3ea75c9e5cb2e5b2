"""`ports.Quotas` and `ports.Records`, in scripts."""

from datetime import datetime

from snapthread.model import Claim
from snapthread.store.redis.scripts import Scripts
from snapthread.store.redis.usage_words import (
    allowed,
    counted_in,
    load_days,
    load_over,
    load_spent,
    load_turns,
    reserved,
)
from snapthread.store.redis.words import holder, micros
from snapthread.usage import STALE, DailyUsage, LimitExceeded, Limits, Spending, TurnRecord


class RedisAccounts(Scripts):
    async def reserve(
        self, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
    ) -> LimitExceeded | None:
        over = await self._do(
            "reserve",
            claim=holder(claim),
            now=micros(now),
            limits=allowed(limits),
            **counted_in(payer, now),
            **reserved(estimate),
        )
        return load_over(over, now)

    async def revise(self, record: TurnRecord) -> bool:
        return bool(await self._do("revise", **reserved(record)))

    async def settle_stale(self, now: datetime, *, limit: int) -> int:
        return int(await self._do("settle_stale", old=micros(now - STALE), limit=limit))

    async def spent(self, payer: str, now: datetime) -> Spending:
        return load_spent(await self._do("spent", **counted_in(payer, now)))

    async def note_delivered(self, record_id: str, delivered_ms: int) -> None:
        await self._do("note_delivered", id=record_id, delivered_ms=delivered_ms)

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        return load_days(await self._do("usage", since=since, user_id=user_id))

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        return load_turns(await self._do("records_after", at=micros(at), id=record_id, limit=limit))
