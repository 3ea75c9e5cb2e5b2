"""The thread that a connection belongs to: verbs that wait when it is free are decided together.

A quick verb that finds nobody at work is decided where it was asked for, on the loop; only its
commit, which waits for the disk, is the thread's (decision 0062).
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from snapthread.concurrency.batching import BatchingThread
from snapthread.errors import StoreBusy
from snapthread.store.sqlite.transactions import Connection
from snapthread.store.transaction import Transaction
from snapthread.store.verb import Kind

CROWD: Final = 512  # verbs, after one that found two at work: some seconds of a crowd

T = TypeVar("T")


class ConnectionThread(BatchingThread):
    """A connection and the thread that uses it."""

    def __init__(self, name: str, connection: Connection) -> None:
        super().__init__(name, connection.decide)
        self._connection = connection
        self._crowd = 0  # verbs to come that are not decided on the loop

    @property
    def db(self) -> sqlite3.Connection:
        return self._connection.db

    async def verb(self, verb: Callable[[Transaction], T], kind: Kind) -> T:
        if kind.is_quick and self._is_quiet():
            with suppress(StoreBusy):  # to wait for another process is the thread's
                return await self._here(verb, kind)
        result: T = await self.batch(verb)
        return result

    async def _here(self, verb: Callable[[Transaction], T], kind: Kind) -> T:
        result: T = self._connection.decide_now(verb, may_lag=kind.may_lag)
        if self.db.in_transaction:
            await self.run(self._connection.commit)
        return result

    def _is_quiet(self) -> bool:
        """In a crowd verbs are better decided together, by the thread."""
        if self.at_work > 1:
            self._crowd = CROWD
        elif self._crowd:
            self._crowd -= 1
        return not (self.at_work or self._crowd)

    async def close(self) -> None:
        await self.run(self.db.close)
        self.shutdown()
