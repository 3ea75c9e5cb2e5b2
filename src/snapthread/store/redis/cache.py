"""The cache of one process: rows that it has read or written, so that a verb need not ask for them.

It may be old at any time, as other processes write too. So nothing is believed that was decided on
it, until a run of the script has found each guard unchanged.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from snapthread.limits import ITEMS_KEPT
from snapthread.store.redis.guarded import GuardedRows
from snapthread.store.redis.names import row_name
from snapthread.store.redis.steps import guard_of
from snapthread.store.requests import Get
from snapthread.store.transaction import Transaction

GUARDED_MOST: Final = 1000  # of one conversation: of a longer one too much would be made anew


class RowCache:
    """`GuardedRows` by their guards; those that were put in first leave first. And the guards whose
    rows are being changed by verbs of this process at this moment."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[GuardedRows, int]] = OrderedDict()
        self.size = 0
        self._changing: set[str] = set()
        self._changed = asyncio.Event()

    def get(self, guard: str) -> GuardedRows | None:
        known, _ = self._known.get(guard, (None, 0))
        return known

    def has_no_other(self, known: GuardedRows) -> bool:
        """False where a commit has left other rows under this guard meanwhile."""
        there = self.get(known.guard)
        return there is None or there.step == known.step

    def note(self, fetched: GuardedRows) -> None:
        if self.has_no_other(fetched):
            self.put(fetched)

    def put(self, known: GuardedRows) -> None:
        self.forget([known.guard])
        if known.is_proof and known.size <= GUARDED_MOST:
            self._known[known.guard] = known, known.size
            self.size += known.size
        while self.size > ITEMS_KEPT:
            self.forget([next(iter(self._known))])

    def forget(self, guards: Iterable[str]) -> None:
        for guard in guards:
            _, size = self._known.pop(guard, (None, 0))
            self.size -= size

    def learn(
        self, tx: Transaction, decided_on: Mapping[str, GuardedRows], scopes: set[str], version: str
    ) -> None:
        """Keep the rows as a commit has left them: all that is known of the conversations that it
        changed, whose guards are this version now, and changed rows of none."""
        left = {
            guard: known.after(tx, version)
            for guard, known in decided_on.items()
            if guard in scopes and known.is_proof
        }
        for table, changes in tx.changes.items():
            for key, (_, new) in changes.items():
                row, name = Get(table, key), row_name(table, key)
                guard = guard_of(row)
                if guard == name:
                    left[name] = GuardedRows.of_row(row, new)
                elif guard in left and (row in left[guard].rows or name in decided_on):
                    left[guard].rows[row] = new
        self.forget(scopes)
        for known in left.values():
            self.put(known)

    async def is_current(self, decided_on: Mapping[str, GuardedRows]) -> bool:
        """Is all of this still what the cache knows? Where another verb of this process is changing
        some of it, wait for that first: what it leaves is known here without asking the server."""
        if self._changing.isdisjoint(decided_on):
            return all(self.has_no_other(known) for known in decided_on.values())
        while not self._changing.isdisjoint(decided_on):
            await self._changed.wait()
        return False

    @contextmanager
    def changing(self, guards: set[str]) -> Iterator[None]:
        """A commit: others of this process wait for it, instead of being refused by the server."""
        self._changing |= guards
        try:
            yield
        finally:
            self._changing -= guards
            self._changed.set()
            self._changed = asyncio.Event()
