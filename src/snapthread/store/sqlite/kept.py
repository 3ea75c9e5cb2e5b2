"""Rows of lasting tables, as one connection has read and written them: not asked for again."""

import sqlite3
from bisect import bisect_left
from collections import OrderedDict
from typing import Any, NamedTuple

from snapthread.limits import ITEMS_KEPT
from snapthread.store.sqlite.statements import is_the_key
from snapthread.store.table import Index, Key, Table
from snapthread.store.transaction import Range


class Prefix(NamedTuple):
    """All rows of a prefix of a table's own order, from `low` on."""

    low: int
    rows: list[Any]


class Kept:
    """Of the prefixes that were asked for last. What another connection may have changed is
    forgotten (`PRAGMA data_version` tells), and so is a prefix that loses rows, or gets some
    between others."""

    def __init__(self) -> None:
        self._prefixes: OrderedDict[tuple[Index[Any], Key], Prefix] = OrderedDict()
        self._size = 0
        self._version = -1

    def see(self, db: sqlite3.Connection) -> None:
        """Within a transaction, before the first look."""
        (version,) = db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self.clear()
            self._version = version

    def get(self, wanted: Range) -> list[Any] | None:
        """The rows, where they are all here."""
        known = self._prefixes.get((wanted.source, wanted.prefix))
        low = _low(wanted)
        if known is None or low < known.low:
            return None
        self._prefixes.move_to_end((wanted.source, wanted.prefix))
        if low == known.low:
            return known.rows.copy()
        return known.rows[bisect_left(known.rows, low, key=wanted.source.sort_of) :]

    def put(self, wanted: Range, rows: list[Any]) -> None:
        name = wanted.source, wanted.prefix
        self._forget(name)
        self._prefixes[name] = Prefix(_low(wanted), rows.copy())
        self._size += len(rows)
        while self._size > ITEMS_KEPT:
            self._forget(next(iter(self._prefixes)))

    def note(self, table: Table[Any], old: Any, new: Any) -> None:
        """A row is written or deleted here."""
        for index in filter(is_the_key, table.indexes):
            name = index, index.prefix_of(new or old)
            known = self._prefixes.get(name)
            if known is None:
                continue
            is_last = not known.rows or index.order_of(known.rows[-1]) < index.order_of(new or old)
            if old is None and is_last and index.sort_of(new) >= known.low:
                known.rows.append(new)
                self._size += 1
            else:
                self._forget(name)

    def clear(self) -> None:
        self._prefixes.clear()
        self._size = 0

    def _forget(self, name: tuple[Index[Any], Key]) -> None:
        known = self._prefixes.pop(name, None)
        self._size -= len(known.rows) if known else 0


def is_kept(wanted: Range) -> bool:
    """Is it all rows from one on, in a table's own order?"""
    is_open = wanted.high is None and wanted.after is None and wanted.limit is None
    is_lasting = wanted.source.table.is_lasting and is_the_key(wanted.source)
    return is_lasting and is_open and not wanted.is_reversed


def _low(wanted: Range) -> int:
    return wanted.low if isinstance(wanted.low, int) else 0
