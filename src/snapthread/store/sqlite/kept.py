"""Rows of lasting tables, as one connection has read and written them: not asked for again.

Hundreds of items of a conversation are the same in each of its requests. What another connection
may have changed is forgotten (`PRAGMA data_version` tells), and so is a list that loses rows, or
gets some between others; when there are too many, all are.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Callable
from typing import Any, NamedTuple

from snapthread.limits import ITEMS_KEPT
from snapthread.store.sqlite.statements import is_the_key
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Range


class Known(NamedTuple):
    """All rows of a prefix of a table's own order, from `low` on."""

    low: int
    rows: list[Any]


class Kept:
    """The rows that were asked for, by their table and prefix."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[tuple[Table[Any], Key], Known] = {}
        self._size = 0  # rows, those of lists that were forgotten since among them
        self._version = -1

    def range(self, wanted: Range, read: Callable[[Range], list[Any]]) -> list[Any]:
        """Within a transaction."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version or self._size > ITEMS_KEPT:
            self.clear()
            self._version = version
        name, low = (wanted.source.table, wanted.prefix), _low(wanted)
        known = self._known.get(name)
        if known is None or low < known.low:
            known = self._known[name] = Known(low, read(wanted))
            self._size += len(known.rows)
        return known.rows[bisect_left(known.rows, low, key=wanted.source.sort_of) :]

    def note(self, table: Table[Any], key: Key, *, new: Any) -> None:
        """A row is written here, or deleted: None."""
        known = self._known.get((table, key[:-1]))
        if known is None:
            return
        if new is not None and (not known.rows or table.key_of(known.rows[-1]) < key):
            known.rows.append(new)
            self._size += 1
        else:
            del self._known[table, key[:-1]]

    def clear(self) -> None:
        self._known.clear()
        self._size = 0


def is_kept(wanted: Range) -> bool:
    """Is it all rows from one on, in a table's own order?"""
    is_open = wanted.high is None and wanted.after is None and wanted.limit is None
    is_lasting = wanted.source.table.is_lasting and is_the_key(wanted.source)
    return is_lasting and is_open and not wanted.is_reversed


def _low(wanted: Range) -> int:
    return wanted.low if isinstance(wanted.low, int) else 0
