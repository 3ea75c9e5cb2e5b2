"""The store on Redis or Valkey: each verb one run of a script, so atomic (decision 0014).

A script's reply can be lost although it was run: then the verb raises StoreBusy, and may have been
done. Each is safe to be tried again, as it is after a crash of ours: `accept` knows its updates,
`uploaded` and `intend` know their file, `reserve` and `revise` their record; what was claimed or
taken for a while is free again when its lease is over; `finish`, `reset`, `stop` and `jumped` find
nothing to end the second time. Only a `say` without `once` and the last words of an erasure may be
said twice, and a `forget` that is asked again finds its photo gone already.
"""

import secrets
from datetime import datetime
from typing import Final, Self

from snapthread.errors import StoreTooNew
from snapthread.limits import SEEN_S
from snapthread.model import Installation
from snapthread.store.redis.accounts import RedisAccounts
from snapthread.store.redis.conversations import RedisConversations
from snapthread.store.redis.ledger import RedisLedger
from snapthread.store.redis.mailboxes import RedisMailboxes
from snapthread.store.redis.people import RedisPeople
from snapthread.store.redis.server import Server
from snapthread.store.redis.words import micros, micros_of
from snapthread.usage import RECORDS_KEPT, month_of

VERSION: Final = 1  # of what is written; raised with a change that older versions cannot read
TIDIED_AT_ONCE: Final = 1000  # some milliseconds


class RedisStore(RedisMailboxes, RedisConversations, RedisLedger, RedisPeople, RedisAccounts):
    """`ports.Store` on one Redis or Valkey server, and on its replicas where it has some."""

    @classmethod
    async def open(cls, url: str) -> Self:
        """`redis://`, `rediss://` (TLS), `valkey://` or `valkeys://`.

        Raises StoreDenied where the server is not fit to be the store, StoreTooNew, StoreBusy.
        """
        store = cls(await Server.open(url))
        try:
            await store._check_version()
        except BaseException:
            await store.close()
            raise
        return store

    async def _check_version(self) -> None:
        version = await self._do("open", version=VERSION)
        if version > VERSION:
            raise StoreTooNew(
                f"the store has version {version}, this Snapthread knows up to {VERSION}:"
                " run the newer Snapthread again, or restore a backup"
            )

    async def installation(self) -> Installation:
        new = secrets.token_hex(4), secrets.token_hex(32)
        id, secret = await self._do("installation", id=new[0], secret=new[1])
        return Installation(id=id, secret=bytes.fromhex(secret))

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        return bool(
            await self._do(
                "take_job", job=job, owner=owner, now=micros(now), lease=micros_of(lease_s)
            )
        )

    async def start_cooldown(self, service: str, until: datetime) -> None:
        await self._do("pause", service=service, until_at=micros(until))

    async def tidy(self, now: datetime) -> int:
        """In runs of `TIDIED_AT_ONCE` of each kind: a script holds up everybody."""
        tidied = 0
        while count := await self._tidy_some(now):
            tidied += count
        return tidied

    async def _tidy_some(self, now: datetime) -> int:
        return int(
            await self._do(
                "tidy",
                now=micros(now),
                seen=micros_of(SEEN_S),
                month=month_of(now),
                old=micros(now - RECORDS_KEPT),
                limit=TIDIED_AT_ONCE,
            )
        )

    async def check(self) -> None:
        await self._do("check")
