"""The store on Redis or Valkey: a verb reads, decides here, and commits where nothing that it
decided on has changed meanwhile; else it runs anew (decisions 0014, 0018).

A reply can be lost although the commit was made: then the verb raises StoreBusy, and may have been
done. Each is safe to be tried again, as it is after a crash of ours: `accept` knows its updates,
`record_upload` and `intend` know their file, `reserve` and `revise` their record; what was claimed
or taken for a while is free again when its lease is over; `finish`, `reset`, `stop` and
`complete_command` find nothing to end the second time. Only an `enqueue` without `once` and the
last words of an erasure may be said twice, and a `forget` that is asked again finds its photo gone.
"""

import asyncio
import itertools
import json
import random
import secrets
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, Final, Self, TypeVar

from pydantic_core import to_json

from snapthread.errors import SnapthreadError, StoreBusy
from snapthread.ports import Blobs, Clock
from snapthread.store.redis.blobs import ServerBlobs
from snapthread.store.redis.kept import Kept
from snapthread.store.redis.migration import bring_to_version
from snapthread.store.redis.reading import Fetched, Miss, Reading, is_loose, scope_of
from snapthread.store.redis.server import Server
from snapthread.store.redis.steps import Step, step_of, version_step
from snapthread.store.redis.writing import changed_scopes, guards, writes
from snapthread.store.transaction import Get, OutdatedError, Request, Transaction
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
        self.kept = Kept()
        self._ours = secrets.token_hex(4)
        self._commits = itertools.count(1)

    @classmethod
    async def open(cls, url: str) -> Self:
        """`redis://`, `rediss://` (TLS), `valkey://` or `valkeys://`.

        Raises StoreDenied where the server is not fit to be the store, StoreTooNew, StoreBusy.
        """
        server = await Server.open(url)
        try:
            async with server.our_errors(), server.client:
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
        fetched, progress = Fetched(), Progress()
        while True:
            try:
                return verb(Transaction(Reading(fetched)))
            except Miss as miss:
                progress.note(miss)
                await self.fetch(fetched, miss.requests)

    async def write(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        async with self._alone if kind.is_alone else nullcontext():
            for tries in range(TRIES):
                run = _Run(self, verb, tries=tries)
                if await run.done():
                    if not run.has_written:
                        await self._server.settle()
                    result: T = run.result
                    return result
                await asyncio.sleep(BACK_OFF_S * tries * random.random())
        raise StoreBusy("the store is in great demand: others were first each time")

    async def fetch(self, fetched: Fetched, requests: Iterable[Request]) -> None:
        """Read what is missing, and the versions of its scopes and of those that are known: where
        these are the same still, all that is known is so at this moment."""
        wanted = list(requests)
        touched = {scope_of(request) for request in wanted} | fetched.versions.keys()
        scopes = [scope for scope in touched if scope is not None]
        steps = [*map(version_step, scopes), *map(step_of, wanted)]
        replies = json.loads(await self._server.run("read", to_json(steps)))
        fetched.is_snapshot = True
        fetched.loose += any(map(is_loose, wanted))
        for scope, version in zip(scopes, replies, strict=False):
            known = fetched.versions.setdefault(scope, version or "")
            fetched.is_snapshot = fetched.is_snapshot and known == (version or "")
        for request, reply in zip(wanted, replies[len(scopes) :], strict=True):
            fetched.take(request, reply)
            if isinstance(request, Get):
                self.kept.note_row(request, fetched.rows[request])

    def next_version(self) -> str:
        """No scope ever has the same again."""
        return f"{self._ours}.{next(self._commits)}"

    async def commit(self, steps: list[Any]) -> bool:
        return bool(await self._server.run("commit", to_json(steps)))


class Progress:
    """Runs of one verb: each is to come further than the one before it."""

    def __init__(self) -> None:
        self._furthest = self._in_vain = 0

    def note(self, miss: Miss) -> None:
        self._in_vain = 0 if miss.reads > self._furthest else self._in_vain + 1
        self._furthest = max(self._furthest, miss.reads)
        if self._in_vain > IN_VAIN_MOST:
            raise RuntimeError("a rule reads by something else each time it is run: give it that")


class _Run:
    """One try at a verb: from what is kept of its scopes, as far as it goes, to the commit."""

    def __init__(
        self, backend: RedisBackend, verb: Callable[[Transaction], Any], *, tries: int
    ) -> None:
        self._backend = backend
        self._kept = backend.kept
        self._verb = verb
        self._tries = tries
        self._fetched = Fetched()
        self.result: Any = None
        self.has_written = False

    async def done(self) -> bool:
        """False where somebody else changed what it decided on."""
        try:
            reading, tx = await self._decide()
            if self._is_over(tx, steps := guards(tx, reading, self._fetched)):
                return True
            if await self._is_committed(reading, tx, steps):
                return True
        except OutdatedError:
            pass
        self._kept.forget(self._fetched.versions, self._fetched.rows)
        return False

    def _is_over(self, tx: Transaction, steps: list[Step]) -> bool:
        """Is there nothing to write, and nothing to be proved?"""
        return not tx.writes and (self._fetched.is_sure or not steps)

    async def _is_committed(self, reading: Reading, tx: Transaction, steps: list[Step]) -> bool:
        version, changed = self._backend.next_version(), changed_scopes(tx)
        changes = writes(tx, version)
        with self._kept.committing(reading.scopes | changed):
            try:
                is_done = await self._backend.commit(steps + changes)
            except BaseException:
                self._kept.forget(reading.scopes | changed, self._fetched.rows)
                raise
            if is_done:
                self._kept.forget(changed)
                self._kept.learn(tx, reading, self._fetched, changed, version)
                self.has_written = bool(changes)
        return is_done

    async def _is_proved(self, reading: Reading, tx: Transaction) -> bool:
        """Is all that it decided on so at this moment?"""
        return await self._backend.commit(guards(tx, reading, self._fetched))

    async def _decide(self) -> tuple[Reading, Transaction]:
        """Raises OutdatedError where what is known is old, or may be."""
        progress = Progress()
        while True:
            reading = Reading(self._fetched, memory=self._kept, guesses=not self._tries)
            tx = Transaction(reading, tries=self._tries)
            try:
                self.result = self._verb(tx)
            except Miss as miss:
                progress.note(miss)
                await self._backend.fetch(self._fetched, miss.requests)
                if not self._fetched.is_snapshot:
                    raise OutdatedError from None
            except SnapthreadError:
                if self._fetched.is_sure or await self._is_proved(reading, tx):
                    raise
                raise OutdatedError from None
            else:
                if await self._kept.is_free(reading.scopes, self._fetched):
                    return reading, tx
                self._fetched, progress = Fetched(), Progress()
