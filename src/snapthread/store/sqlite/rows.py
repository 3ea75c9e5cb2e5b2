"""Rows of a connection: reads, and the writes of a transaction."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from snapthread.store.requests import Range, Request
from snapthread.store.sqlite.cache import ImmutableRowCache, is_cached
from snapthread.store.sqlite.statements import sql_of, sql_of_range, update_of
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Transaction

R = TypeVar("R", bound=tuple[Any, ...])
ONE_BY_ONE: Final = 4  # rows by their keys; more are asked for together


class Rows:
    """`requests.Reader` on a connection, and the writes of a transaction. It reads what the
    connection's own transaction sees."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._execute = db.execute
        self.cache = ImmutableRowCache(db)

    # ------------------------------------------------------------ reads

    def expect(self, requests: Sequence[Request]) -> None:
        """Nothing to do: here reads are cheap."""

    def get(
        self,
        table: Table[R],
        keys: Sequence[Key],
        *,
        is_new: bool = False,  # noqa: ARG002 - to look is cheap
    ) -> list[R | None]:
        if len(keys) > ONE_BY_ONE:
            return self._get_together(table, keys)
        query, make = sql_of(table).select, table.make
        found = [self._execute(query, key).fetchone() for key in keys]
        return [None if row is None else make(row) for row in found]

    def _get_together(self, table: Table[R], keys: Sequence[Key]) -> list[R | None]:
        """Rows by their keys in one statement."""
        asked = json.dumps([key for (key,) in keys])
        rows = map(table.make, self._execute(sql_of(table).select_all, (asked,)).fetchall())
        found = {table.key_of(row): row for row in rows}
        return [found.get(key) for key in keys]

    def range(self, wanted: Range) -> list[Any]:
        return self.cache.range(wanted, self._read) if is_cached(wanted) else self._read(wanted)

    def _read(self, wanted: Range) -> list[Any]:
        table = wanted.source.table
        rows = self._execute(*sql_of_range(wanted, sql_of(table).columns)).fetchall()
        return list(map(table.make, rows))

    def count(self, wanted: Range) -> int:
        (count,) = self._execute(*sql_of_range(wanted, "count(*)")).fetchone()
        return int(count)

    # ------------------------------------------------------------ writes

    def write(self, tx: Transaction) -> None:
        """Everything that a transaction changes."""
        for table, changes in tx.changes.items():
            for key, (old, new) in changes.items():
                if table.is_immutable:
                    self.cache.note(table, key, new=new)
                if new is None:
                    self._execute(sql_of(table).delete, key)
                elif old is None:
                    self._execute(sql_of(table).insert, new)
                else:
                    self._update(table, key, old, new)
        for table, sums in tx.sums.items():
            for key, (row, if_there) in sums.items():
                if not if_there or self.get(table, [key]) != [None]:
                    self._execute(sql_of(table).add, row)

    def _update(self, table: Table[Any], key: Key, old: Any, new: Any) -> None:
        """Only what changed: indexes of other columns are left alone."""
        places = tuple([place for place, was in enumerate(old) if was != new[place]])
        if places:
            self._execute(update_of(table, places), (*[new[place] for place in places], *key))
