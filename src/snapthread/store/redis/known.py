"""Rows that are known, each with what tells that they are still so; and what this process keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from snapthread.limits import ITEMS_KEPT
from snapthread.store.redis.names import row_name
from snapthread.store.redis.steps import (
    Miss,
    Step,
    encode,
    guard_of,
    load,
    without_limit,
)
from snapthread.store.transaction import Get, Range, Request, Transaction

KNOWN_MOST: Final = 1000  # of one conversation: of a longer one too much would be made anew
AROUND: Final = 8  # whatever tells that they are so takes as much memory as so many rows


class Known:
    """Rows that are so while a key on the server, their guard, has this text: those of a
    conversation while it has this version, one of none while it is itself so. Where it does not
    last, nothing tells of a change.

    A range is known by what it is without its limit, with the limit that it was asked for with
    (None: all of it).
    """

    def __init__(self, guard: str, text: str, *, lasts: bool = True) -> None:
        self.guard = guard
        self.step: Step = ["is", guard, text]
        self.lasts = lasts
        self.rows: dict[Request, Any] = {}  # and how many they are of a range that was counted
        self.ranges: dict[Range, tuple[int | None, list[Any]]] = {}

    @classmethod
    def of_row(cls, request: Get, row: Any) -> "Known":
        """One that was fetched, as it is stored; or one as it was written."""
        known = cls(row_name(*request), "" if row is None else encode(row))
        known.take(request, row)
        return known

    @classmethod
    def at_version(cls, guard: str, version: str | None) -> "Known":
        return cls(guard, version or "", lasts=version is not None)  # which a conversation has

    @property
    def size(self) -> int:
        return AROUND + len(self.rows) + sum(1 + len(rows) for _, rows in self.ranges.values())

    def take(self, request: Request, reply: Any) -> None:
        if isinstance(request, Get):
            self.rows[request] = None if reply is None else load(request.table, reply)
        elif request.is_count:
            self.rows[request] = reply
        else:
            rows = [load(request.source.table, each) for each in reply]
            self.ranges[without_limit(request)] = request.limit, rows

    def has(self, request: Request) -> bool:
        if isinstance(request, Get) or request.is_count:
            return request in self.rows
        limit, rows = self.ranges.get(without_limit(request), (0, []))
        if limit is None or len(rows) < limit:
            return True  # all there are
        return request.limit is not None and request.limit <= limit

    def after(self, tx: Transaction, version: str) -> "Known":
        """A conversation once the transaction is made."""
        known = Known(self.guard, version)
        for request, row in self.rows.items():
            if isinstance(request, Get):
                is_old = request.table not in tx.changes
                known.rows[request] = row if is_old else tx.get(request.table, *request.key)
        for base, (limit, rows) in self.ranges.items():
            with suppress(Miss):  # where rows beyond the limit would be needed
                is_old = base.source.table not in tx.changes
                known.ranges[base] = limit, rows if is_old else tx.rows(base._replace(limit=limit))
        return known


class Kept:
    """What this process has read or left: the server need not be asked for it again. It may be old,
    so nothing is believed that was decided on it before a run of the script has proved it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Known, int]] = OrderedDict()
        self.size = 0
        self._changing: set[str] = set()
        self._changed = asyncio.Event()

    def get(self, guard: str) -> Known | None:
        known, _ = self._known.get(guard, (None, 0))
        return known

    def has_no_other(self, known: Known) -> bool:
        """Other rows for these: a commit has left them meanwhile."""
        there = self.get(known.guard)
        return there is None or there.step == known.step

    def note(self, fetched: Known) -> None:
        if self.has_no_other(fetched):
            self.put(fetched)

    def put(self, known: Known) -> None:
        self.forget([known.guard])
        if known.lasts and known.size <= KNOWN_MOST:
            self._known[known.guard] = known, known.size
            self.size += known.size
        while self.size > ITEMS_KEPT:
            self.forget([next(iter(self._known))])

    def forget(self, guards: Iterable[str]) -> None:
        for guard in guards:
            _, size = self._known.pop(guard, (None, 0))
            self.size -= size

    def learn(
        self, tx: Transaction, decided_on: Mapping[str, Known], changed: set[str], version: str
    ) -> None:
        """Keep the rows as a commit has left them."""
        self.forget(changed)
        left: dict[str, Known] = {}
        for guard in changed:
            if guard in decided_on and decided_on[guard].lasts:
                left[guard] = decided_on[guard].after(tx, version)
        for table, changes in tx.changes.items():
            for key, (_, new) in changes.items():
                row, name = Get(table, key), row_name(table, key)
                guard = guard_of(row)
                if guard == name:
                    self.put(Known.of_row(row, new))
                elif guard in left and name in decided_on:  # one that was taken for new
                    left[guard].rows[row] = new
        for known in left.values():
            self.put(known)

    async def is_free(self, decided_on: Mapping[str, Known]) -> bool:
        """Does no other verb of this process change these, or has it since they were read? Then
        once it is done: what it leaves behind is known here, without asking the server."""
        if self._changing.isdisjoint(decided_on):
            return all(self.has_no_other(known) for known in decided_on.values())
        while not self._changing.isdisjoint(decided_on):
            await self._changed.wait()
        return False

    @contextmanager
    def changing(self, guards: set[str]) -> Iterator[None]:
        """Others of this process wait meanwhile, instead of being refused by the server."""
        self._changing |= guards
        try:
            yield
        finally:
            self._changing -= guards
            self._changed.set()
            self._changed = asyncio.Event()
