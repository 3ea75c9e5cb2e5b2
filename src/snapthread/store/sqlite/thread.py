"""The thread that a connection belongs to: verbs that wait when it is free are decided together.

A quick verb that finds nobody at work is decided where it was asked for, on the loop; only its
commit, which waits for the disk, is the thread's (decision 0062).
"""

import sqlite3
from collections.abc import Callable
from typing import Final, Self, TypeVar

from snapthread.concurrency.batching import BatchingThread
from snapthread.store.sqlite.transactions import Begun, Connection
from snapthread.store.transaction import Transaction
from snapthread.store.verb import Kind

CROWD: Final = 512  # verbs, after one that found two at work: some seconds of a crowd

T = TypeVar("T")


class ConnectionThread(BatchingThread):
    """A connection and the thread that uses it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, lambda verbs: self._connection.decide(verbs))  # noqa: PLW0108 - it is opened in the thread
        self._connection: Connection
        self._crowd = 0  # verbs to come that are not decided on the loop

    @classmethod
    async def open(cls, name: str, connect: Callable[[], Connection]) -> Self:
        thread = cls(name)
        try:
            thread._connection = await thread.run(connect)
        except BaseException:
            thread.shutdown()
            raise
        return thread

    @property
    def db(self) -> sqlite3.Connection:
        return self._connection.db

    async def verb(self, verb: Callable[[Transaction], T], kind: Kind) -> T:
        is_free = kind.is_quick and self._note_crowd()
        begun = self._connection.begin(verb, kind) if is_free else None
        if begun is None:
            begun = Begun(await self.batch(verb))
        elif begun.commit is not None:
            await self.finish(begun.commit)
        found: T = begun.result
        return found

    def _note_crowd(self) -> bool:
        """True where it is quiet. In a crowd verbs are better decided together, by the thread."""
        if self.at_work > 1:
            self._crowd = CROWD
        elif self._crowd:
            self._crowd -= 1
        return not (self.at_work or self._crowd)

    async def close(self) -> None:
        await self.run(self.db.close)
        self.shutdown()
