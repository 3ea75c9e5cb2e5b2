"""The store on Redis or Valkey: a verb reads, decides here, and commits where nothing that it
decided on has changed meanwhile; else it runs anew (decisions 0014, 0018, 0078).

store.lua     the script that runs on the server: a list of steps, all of it or nothing
steps.py      its steps that read; rows as they are stored
writes.py     its steps that claim something of a row, and those that write
reading.py    a verb's reads, for all its runs
guarded.py    rows, and the guard that tells whether they are still so
cache.py      the rows that this process has read or written
names.py      the keys
migration.py  from a store of version 1
server/       the server: reached, examined, its failures in our words, images on it

A reply can be lost although the commit was made: then the verb raises StoreBusy, and may have been
done. Each is safe to be tried again, as it is after a crash of ours: `accept` knows its updates,
`record_upload` and `intend` know their file, `reserve` and `revise` their record; what was claimed
or taken for a while is free again when its lease is over; `finish`, `reset`, `stop` and
`complete_command` find nothing to end the second time. Only an `enqueue` without `once` and the
last words of an erasure may be said twice, and a `forget` that is asked again finds its photo gone.
"""

import asyncio
import itertools
import random
import secrets
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Final, Self, TypeVar

from snapthread.errors import SnapthreadError, StoreBusy
from snapthread.ports import Blobs, Clock
from snapthread.store.redis.cache import RowCache
from snapthread.store.redis.migration import bring_to_version
from snapthread.store.redis.names import version_name
from snapthread.store.redis.reading import Reading
from snapthread.store.redis.server.blobs import ServerBlobs
from snapthread.store.redis.server.server import Server
from snapthread.store.redis.steps import Miss, Version, step_of
from snapthread.store.redis.writes import changed_scopes, writes
from snapthread.store.requests import Request
from snapthread.store.transaction import OutdatedError, Transaction
from snapthread.store.verb import ANY, Kind

T = TypeVar("T")

TRIES: Final = 50  # of a verb in whose way others are; far more than were ever seen
BACK_OFF_S: Final = 0.002
IN_VAIN_MOST: Final = 100  # runs that come no further: where claims are chosen at random, a few


class RedisBackend:
    """`verb.Backend` on one Redis or Valkey server, and on its replicas where it has some."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._alone = asyncio.Lock()
        self.cache = RowCache()
        self._ours = secrets.token_hex(4)
        self._commits = itertools.count(1)

    @classmethod
    async def open(cls, url: str) -> Self:
        """`redis://`, `rediss://` (TLS), `valkey://` or `valkeys://`.

        Raises StoreDenied where the server is not fit to be the store, StoreTooNew, StoreBusy.
        """
        server = Server(url)
        try:
            await server.examine()
            async with server.our_errors():
                await bring_to_version(server)
        except BaseException:
            await server.close()
            raise
        return cls(server)

    async def close(self) -> None:
        await self._server.close()

    async def check(self) -> None:
        await self._server.check()

    def blobs(self, clock: Clock) -> Blobs:
        return ServerBlobs(self._server, clock)

    async def read(self, verb: Callable[[Transaction], T], _: Kind = ANY) -> T:
        result, _tx = await self._decide(verb, Reading())
        return result

    async def write(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        tries = 0
        async with self._alone if kind.is_serial else nullcontext():
            while tries < TRIES:
                reading = Reading(self.cache, guesses=not tries)
                try:
                    result, tx = await self._decide(verb, reading, tries)
                    if await self.cache.is_current(reading.known):
                        await self._commit(reading, tx)
                        return result
                except OutdatedError:
                    self.cache.forget(reading.known)
                    await asyncio.sleep(BACK_OFF_S * tries * random.random())
                    tries += 1
        raise StoreBusy("the store is in great demand: others were first each time")

    async def _decide(
        self, verb: Callable[[Transaction], T], reading: Reading, tries: int = 0
    ) -> tuple[T, Transaction]:
        """Run a verb until all is there that it reads. Raises OutdatedError where something of it
        has changed meanwhile."""
        furthest = in_vain = 0
        while in_vain <= IN_VAIN_MOST:
            reading.begin()
            tx = Transaction(reading, tries=tries)
            try:
                return verb(tx), tx
            except Miss as miss:
                await self.fetch(reading, miss.requests)
            except SnapthreadError:
                if not reading.is_sure:  # it acknowledges nothing, so it waits for no replica
                    await self._server.run("read", reading.guards(tx))
                raise
            in_vain = 0 if reading.reads > furthest else in_vain + 1
            furthest = max(furthest, reading.reads)
        raise RuntimeError("a rule reads by something else each time it is run: give it that")

    async def fetch(self, reading: Reading, requests: Sequence[Request | Version]) -> None:
        """Read what is missing, where all that was read before is still so."""
        steps = [*reading.proofs(), *map(step_of, requests)]
        reading.take(requests, await self._server.run("read", steps))

    async def _commit(self, reading: Reading, tx: Transaction) -> None:
        """Write what a run decided, if nothing of it has changed. Each commit gives the
        conversations that it changes a version that none ever had."""
        version = f"{self._ours}.{next(self._commits)}"
        steps = writes(tx, version) or self._server.nothing
        if not steps and reading.is_sure:
            return
        changed = set(map(version_name, changed_scopes(tx)))
        with self.cache.changing(changed):
            try:
                await self._server.run("commit", reading.guards(tx) + steps)
            except BaseException:  # it may have been done
                self.cache.forget(reading.known)
                raise
            self.cache.learn(tx, reading.known, changed, version)
