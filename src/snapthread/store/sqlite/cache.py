"""The cache of a connection: rows of tables whose rows never change, not asked for again.

Hundreds of items of a conversation are the same in each of its requests. What another connection
may have changed is forgotten (`PRAGMA data_version` tells), and so is a list that loses rows, or
gets some between others; when there are too many, all are.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from snapthread.limits import ITEMS_KEPT
from snapthread.store.requests import Range
from snapthread.store.sqlite.statements import is_the_key
from snapthread.store.table import Key, Table


class ImmutableRowCache:
    """Lists of rows, by their table and prefix: all rows from one on, as they were asked for."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._lists: dict[tuple[Table[Any], Key], tuple[int, list[Any]]] = {}  # from where on
        self._size = 0  # rows, those of lists that were forgotten since among them
        self._version = -1

    def range(self, wanted: Range, read: Callable[[Range], list[Any]]) -> list[Any]:
        """The rows of a range, within a transaction."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version or self._size > ITEMS_KEPT:
            self.clear()
            self._version = version
        name = wanted.source.table, wanted.prefix
        low = wanted.low if isinstance(wanted.low, int) else 0
        first, rows = self._lists.get(name, (None, []))
        if first is None or low < first:
            rows = read(wanted)
            self._lists[name] = low, rows
            self._size += len(rows)
        return rows[bisect_left(rows, low, key=wanted.source.sort_of) :]

    def note(self, table: Table[Any], key: Key, *, new: Any) -> None:
        """Note that a row is written here, or deleted (None)."""
        _, rows = self._lists.get((table, key[:-1]), (0, None))
        if rows is None:
            return
        if new is not None and (not rows or table.key_of(rows[-1]) < key):
            rows.append(new)
            self._size += 1
        else:
            del self._lists[table, key[:-1]]

    def clear(self) -> None:
        self._lists.clear()
        self._size = 0


def is_cached(wanted: Range) -> bool:
    """Is it all rows from one on, in a table's own order?"""
    index = wanted.source
    if not index.table.is_immutable or not is_the_key(index):
        return False
    return wanted == Range(index, wanted.prefix, wanted.low)
