"""`ports.Mailboxes`, in scripts."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.limits import ALBUM_GATHER_S, CUT_TEXT_GAP_S, SEEN_S, WAITING_MAX
from snapthread.model import Claim, ConversationKey, Message, QueuedMessage, ReplicaChanges
from snapthread.ports import Arrival
from snapthread.store.codec import load_message
from snapthread.store.redis.scripts import Scripts, first_token
from snapthread.store.redis.words import (
    arrived,
    holder,
    in_order,
    load_claim,
    load_news,
    load_waiting,
    micros,
    micros_of,
    moment,
)


class RedisMailboxes(Scripts):
    async def accept(
        self, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
    ) -> frozenset[ConversationKey]:
        keys = await self._do(
            "accept",
            arrivals=[arrived(arrival) for arrival in arrivals],
            now=micros(now),
            quiet=micros_of(quiet_s),
            seen=micros_of(SEEN_S),
            gap=micros_of(CUT_TEXT_GAP_S),
            gather=micros_of(ALBUM_GATHER_S),
            waiting_max=WAITING_MAX,
            first_token=first_token(),
        )
        return frozenset(map(ConversationKey, keys))

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None = None
    ) -> Claim | None:
        reply = await self._do("claim", now=micros(now), lease=micros_of(lease_s), only=only)
        return None if reply is None else load_claim(reply)

    async def renew(self, claim: Claim, now: datetime, *, lease_s: float) -> bool:
        return bool(
            await self._do("renew", claim=holder(claim), now=micros(now), lease=micros_of(lease_s))
        )

    async def release(
        self,
        claim: Claim,
        now: datetime,
        *,
        not_before: datetime | None = None,
        uncount: bool = False,
    ) -> None:
        await self._do(
            "release",
            claim=holder(claim),
            not_before=micros(not_before or now),
            uncount=uncount,
        )

    async def take_stragglers(self, claim: Claim) -> tuple[Message, ...]:
        return in_order(await self._do("take_stragglers", claim=holder(claim)))

    async def urgent_commands(self) -> tuple[Message, ...]:
        return tuple(map(load_message, await self._do("jumpers")))

    async def next_wake(self, now: datetime) -> datetime | None:
        at = await self._do("next_wake", now=micros(now))
        return None if at is None else moment(at)

    async def poll_changes(self, claims: Sequence[Claim], now: datetime) -> ReplicaChanges:
        told_of = [{**holder(claim), "turn": claim.turn} for claim in claims]
        return load_news(claims, await self._do("news", claims=told_of, now=micros(now)))

    async def waiting(self, *, limit: int) -> tuple[QueuedMessage, ...]:
        return load_waiting(await self._do("waiting", limit=limit))

    async def dead_letters(self, *, limit: int) -> tuple[QueuedMessage, ...]:
        return load_waiting(await self._do("aside", limit=limit))

    async def replay(self, update_id: int, now: datetime) -> bool:
        return bool(
            await self._do(
                "replay", update_id=update_id, now=micros(now), first_token=first_token()
            )
        )

    async def count_waiting(self) -> int:
        return int(await self._do("count_waiting"))
