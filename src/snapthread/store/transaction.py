"""The transaction that a rule is given: reads that see its own writes, and writes kept for its end.

    def raise_epoch(tx: Transaction, key: str) -> None:
        row = tx.get(CONVERSATIONS, key)
        if row is not None:
            tx.update(row, row._replace(epoch=row.epoch + 1))

A rule reads, decides and writes rows, and does nothing else, as it may be run more than once before
its writes are made. One rule can call another. A backend (store/sqlite, store/redis) answers the
reads, and makes the writes when the rule is through: all of them or none.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from snapthread.store.requests import Range, Reader, Request
from snapthread.store.table import BY_ROW, Index, Key, Table, Value

R = TypeVar("R", bound=tuple[Any, ...])
Changes = dict[Key, tuple[Any, Any]]  # a row as it was and as it will be; None: there is none


class OutdatedError(Exception):
    """Something that a rule decided on has changed meanwhile: it is to run anew."""


class Ceiling(NamedTuple):
    """A condition of the writes: the stored sum is at most so high when they are made."""

    table: Table[Any]
    key: Key
    column: str
    most: int


class Transaction:
    """Reads and writes of one run of a rule. What it changes is in `changes`, what it adds to sums
    in `sums`; a backend takes both from there."""

    def __init__(self, reader: Reader, *, tries: int = 0) -> None:
        self._reader = reader
        self.tries = tries  # how often others were first, and the verb was run in vain
        self._read: dict[Table[Any], dict[Key, Any]] = {}
        self._ranges: dict[Range, list[Any]] = {}
        self.changes: dict[Table[Any], Changes] = {}
        self.sums: dict[Table[Any], dict[Key, tuple[Any, bool]]] = {}
        self.ceilings: list[Ceiling] = []

    @property
    def writes(self) -> bool:
        return bool(self.changes or self.sums)

    # ------------------------------------------------------------ reads

    def expect(self, *requests: Request) -> None:
        """Announce reads to come, where one cannot be known from the other."""
        self._reader.expect(requests)

    def get(self, table: Table[R], *key: int | str, is_new: bool = False) -> R | None:
        """The row of this key. `is_new`: most likely there is none."""
        changed = self.changes.get(table)
        if changed and key in changed:
            row: R | None = changed[key][1]
        else:
            row = self._stored(table, key, is_new=is_new)
        added = self.sums.get(table)
        return _with_sums(table, row, added[key][0]) if added and key in added else row

    def get_all(self, table: Table[R], keys: Iterable[int | str]) -> list[R | None]:
        """The rows of keys of one column, read at once; in the same order."""
        wanted = [(key,) for key in keys]
        known = self._read.setdefault(table, {})
        missing = [key for key in wanted if key not in known]
        if missing:
            known.update(zip(missing, self._reader.get(table, missing), strict=True))
        return [self.get(table, *key) for key in wanted]

    def range(
        self,
        index: Index[R],
        *prefix: int | str,
        low: Value = None,
        high: Value = None,
        after: tuple[Any, Key] | None = None,
        limit: int | None = None,
        is_reversed: bool = False,
    ) -> list[R]:
        """Rows of one prefix of an index, in its order."""
        return self.rows(Range(index, prefix, low, high, after, limit, is_reversed))

    def first(self, index: Index[R], *prefix: int | str, is_reversed: bool = False) -> R | None:
        """The first row of a prefix of an index, or the last."""
        rows = self.rows(Range(index, prefix, limit=1, is_reversed=is_reversed))
        return rows[0] if rows else None

    def count(
        self, index: Index[R], *prefix: int | str, low: Value = None, high: Value = None
    ) -> int:
        return self.number(Range(index, prefix, low, high))

    def rows(self, wanted: Range) -> list[Any]:
        changed = self._changed(wanted.source.table)
        if not changed:
            return list(self._range(wanted))
        limit, key_of = wanted.limit, wanted.source.table.key_of
        stored = sum(old is not None for old, _ in changed.values())  # that may be in it no more
        more = wanted if limit is None else wanted._replace(limit=limit + stored)
        rows = [row for row in self._range(more) if key_of(row) not in changed]
        rows += [new for _, new in changed.values() if new is not None and wanted.holds(new)]
        rows.sort(key=wanted.source.order_of, reverse=wanted.is_reversed)
        return rows[:limit]

    def number(self, wanted: Range) -> int:
        """The number of rows in a range."""
        count = self._reader.count(wanted)
        for old, new in self._changed(wanted.source.table).values():
            count += new is not None and wanted.holds(new)
            count -= old is not None and wanted.holds(old)
        return count

    # ------------------------------------------------------------ writes

    def insert(self, row: R) -> R:
        """A row whose key is not taken."""
        self._change(BY_ROW[type(row)], None, row)
        return row

    def update(self, old: R, new: R) -> R:
        """Another row of the same key; `old` as it was read."""
        table = BY_ROW[type(new)]
        if table.is_immutable:
            raise TypeError(f"a row of {table.name} is never changed")
        if new != old:
            self._change(table, old, new)
        return new

    def put(self, table: Table[R], row: R) -> R:
        """A row in the place of one of its key, if there is one."""
        self._stored(table, table.key_of(row), is_new=True)
        old = self.get(table, *table.key_of(row))
        return self.insert(row) if old is None else self.update(old, row)

    def delete(self, row: tuple[Any, ...]) -> None:
        table = BY_ROW[type(row)]
        old: Any = row
        if table.counters:  # what was added here meanwhile goes with it
            self.sums.get(table, {}).pop(table.key_of(row), None)
            old = self._stored(table, table.key_of(row))
        self._change(table, old, None, key=table.key_of(row))

    def delete_all(self, rows: Iterable[Any]) -> int:
        count = 0
        for row in rows:
            self.delete(row)
            count += 1
        return count

    def add(self, row: R, *, if_there: bool = False) -> None:
        """Add the counters of `row` to the row of its key; where there is none, it is made, but
        for `if_there`. Nobody reads the sum for that, so two who add never hinder each other."""
        table = BY_ROW[type(row)]
        sums, key = self.sums.setdefault(table, {}), table.key_of(row)
        if key in sums:
            more, only = sums[key]
            row, if_there = _with_sums(table, more, row), if_there and only
        sums[key] = row, if_there

    def keep_below(self, table: Table[R], *key: int | str, column: str, most: int) -> None:
        """Make the writes only if this sum, with what was added here until now, is at most `most`
        then; else the rule runs anew. So a sum that everybody adds to can have a limit."""
        added = self.sums.get(table, {}).get(key)
        here = 0 if added is None else getattr(added[0], column)
        self.ceilings.append(Ceiling(table, key, column, most - here))

    # ------------------------------------------------------------

    def _range(self, wanted: Range) -> list[Any]:
        if wanted not in self._ranges:
            self._ranges[wanted] = self._reader.range(wanted)
        return self._ranges[wanted]

    def _stored(self, table: Table[R], key: Key, *, is_new: bool = False) -> R | None:
        known = self._read.setdefault(table, {})
        if key not in known:
            (known[key],) = self._reader.get(table, [key], is_new=is_new)
        row: R | None = known[key]
        return row

    def _change(self, table: Table[Any], old: Any, new: Any, *, key: Key | None = None) -> None:
        changed = self.changes.setdefault(table, {})
        key = key or table.key_of(new)
        if key in changed:
            old = changed[key][0]
        if old is None and new is None:
            changed.pop(key, None)
        else:
            changed[key] = old, new

    def _changed(self, table: Table[Any]) -> Changes:
        changed, added = self.changes.get(table, {}), self.sums.get(table)
        if not added:
            return changed
        rows = {key: (self._stored(table, key), self.get(table, *key)) for key in added}
        return {**changed, **rows}


def _with_sums(table: Table[R], row: R | None, more: R) -> R:
    """The counters of both together."""
    if row is None:
        return more
    sums = {
        column: value + added
        for column, value, added in zip(table.columns, row, more, strict=True)
        if column in table.counters
    }
    together: R = row._replace(**sums)  # type: ignore[attr-defined]
    return together
