"""Rows as this process left or saw them: what the server need not be asked for again.

Whatever is decided on them is guarded: where another process was there, the commit is refused, they
are forgotten, and the verb reads.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from snapthread.limits import ITEMS_KEPT
from snapthread.store.redis.reading import Fetched, Miss, Reading, scope_of
from snapthread.store.redis.steps import Scope
from snapthread.store.transaction import Get, Transaction

SCOPES_KEPT: Final = 256  # conversations that were read lately
SCOPE_MOST: Final = 1000  # rows of one: of a longer one too much would be made anew each time
ROWS_KEPT: Final = 1024  # of no conversation: some hundred bytes each


class Kept:
    """Rows known of each scope at its version, rows of none; and which are being changed here."""

    def __init__(self) -> None:
        self._scopes: OrderedDict[Scope, Fetched] = OrderedDict()
        self._size = 0
        self.rows: dict[Get, Any] = {}
        self._committing: set[Scope] = set()
        self._committed = asyncio.Event()

    def get(self, scope: Scope) -> Fetched | None:
        return self._scopes.get(scope)

    def forget(self, scopes: Iterable[Scope], rows: Iterable[Get] = ()) -> None:
        for scope in scopes:
            if known := self._scopes.pop(scope, None):
                self._size -= known.size
        for request in rows:
            self.rows.pop(request, None)

    def note_row(self, request: Get, row: Any) -> None:
        """A row that can be guarded by what it is: those of a scope are by its version, and sums by
        nothing."""
        if scope_of(request) is not None or request.table.counters:
            return
        self.rows.pop(request, None)
        self.rows[request] = row
        if len(self.rows) > ROWS_KEPT:
            del self.rows[next(iter(self.rows))]

    def learn(
        self, tx: Transaction, reading: Reading, fetched: Fetched, changed: set[Scope], version: str
    ) -> None:
        """Keep the rows as a commit has left them."""
        for table, changes in tx.changes.items():
            for key, (_, new) in changes.items():
                self.note_row(Get(table, key), new)
        for scope in reading.scopes:
            with suppress(Miss):
                was = fetched.versions.get(scope, "")
                known = fetched.after(tx, scope, version if scope in changed else was)
                if known is not None and known.size <= SCOPE_MOST:
                    self._put(scope, known)

    def _put(self, scope: Scope, known: Fetched) -> None:
        self.forget([scope])
        self._scopes[scope] = known
        self._size += known.size
        while len(self._scopes) > SCOPES_KEPT or self._size > ITEMS_KEPT:
            self.forget([next(iter(self._scopes))])

    async def is_free(self, scopes: set[Scope], fetched: Fetched) -> bool:
        """Does no other verb of this process change these, or has it since they were read? Then
        once it is done: what it leaves behind is known here, without asking the server."""
        if self._committing.isdisjoint(scopes):
            known = [(scope, self._scopes[scope]) for scope in scopes if scope in self._scopes]
            return all(
                kept.versions[scope] == fetched.versions.get(scope, "") for scope, kept in known
            )
        while not self._committing.isdisjoint(scopes):
            await self._committed.wait()
        return False

    @contextmanager
    def committing(self, scopes: set[Scope]) -> Iterator[None]:
        """Others of this process wait meanwhile, instead of being refused by the server."""
        self._committing |= scopes
        try:
            yield
        finally:
            self._committing -= scopes
            self._committed.set()
            self._committed = asyncio.Event()
