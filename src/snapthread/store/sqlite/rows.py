"""Rows of a connection: reads, and the writes of a transaction."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from snapthread.store.sqlite.kept import Kept, is_kept
from snapthread.store.sqlite.statements import (
    AT_ONCE,
    add_or_insert,
    delete_one,
    insert_one,
    query_of,
    select_many,
    select_one,
    update_one,
)
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])
ONE_BY_ONE: Final = 4  # rows by their keys; more are asked for together


class Rows:
    """`transaction.Reader` on a connection; reads are what the transaction sees.

    Of a lasting table what is kept is not asked for: hundreds of items of a conversation are the
    same in each request.
    """

    def __init__(self, db: sqlite3.Connection, kept: Kept | None = None) -> None:
        self._db = db
        self._execute = db.execute
        self._kept = kept
        self._has_seen = False

    def expect(self, requests: Sequence[Request]) -> None:
        """Here nothing is far away."""

    def get(
        self,
        table: Table[R],
        keys: Sequence[Key],
        *,
        is_new: bool = False,  # noqa: ARG002 - to look is cheap
    ) -> list[R | None]:
        if len(keys) > ONE_BY_ONE and len(table.key) == 1:
            return self._get_many(table, keys)
        query, make = select_one(table), table.make
        found = [self._execute(query, key).fetchone() for key in keys]
        return [None if row is None else make(row) for row in found]

    def _get_many(self, table: Table[R], keys: Sequence[Key]) -> list[R | None]:
        """So many at once; the last are asked for with some of them twice."""
        query, found = select_many(table), {}
        for first in range(0, len(keys), AT_ONCE):
            some = [key for (key,) in keys[first : first + AT_ONCE]]
            some += some[-1:] * (AT_ONCE - len(some))
            rows = map(table.make, self._execute(query, some).fetchall())
            found.update({table.key_of(row): row for row in rows})
        return [found.get(key) for key in keys]

    def range(self, wanted: Range) -> list[Any]:
        if self._kept is not None and is_kept(wanted):
            return self._lasting(wanted, self._kept)
        return self._read(wanted)

    def _read(self, wanted: Range) -> list[Any]:
        query, values = query_of(wanted, "rows")
        return list(map(wanted.source.table.make, self._execute(query, values).fetchall()))

    def _lasting(self, wanted: Range, kept: Kept) -> list[Any]:
        if not self._has_seen:
            kept.see(self._db)
            self._has_seen = True
        rows = kept.get(wanted)
        if rows is None:
            rows = self._read(wanted)
            kept.put(wanted, rows)
        return rows

    def count(self, wanted: Range) -> int:
        query, values = query_of(wanted, "count")
        (count,) = self._execute(query, values).fetchone()
        return int(count)


def write(db: sqlite3.Connection, tx: Transaction, kept: Kept) -> None:
    """Everything that a transaction changes."""
    for table, changes in tx.changes.items():
        for key, (old, new) in changes.items():
            if table.is_lasting:
                kept.note(table, old, new)
            if new is None:
                db.execute(delete_one(table), key)
            elif old is None:
                db.execute(insert_one(table), new)
            else:
                _update(db, table, key, old, new)
    for table, sums in tx.sums.items():
        for row, if_there in sums.values():
            _add(db, table, row, if_there)


def _update(db: sqlite3.Connection, table: Table[Any], key: Key, old: Any, new: Any) -> None:
    """Only what changed: indexes of other columns are left alone."""
    places = tuple([place for place, was in enumerate(old) if was != new[place]])
    if places:
        db.execute(update_one(table, places), (*[new[place] for place in places], *key))


def _add(db: sqlite3.Connection, table: Table[Any], row: Any, if_there: bool) -> None:
    if not if_there or db.execute(select_one(table), table.key_of(row)).fetchone():
        db.execute(add_or_insert(table), row)
