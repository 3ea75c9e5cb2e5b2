"""SQL made from the declarations of tables: reads, and the writes of a transaction."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal, TypeVar, get_args

from snapthread.limits import ITEMS_KEPT
from snapthread.store.table import Index, Key, Table, Value
from snapthread.store.transaction import Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])


Kept = dict[Table[Any], dict[Key, Any]]  # rows of lasting tables, as they were read
What = Literal["rows", "keys", "count"]
ONE_BY_ONE: Final = 4  # rows by their keys; more are asked for together
AT_ONCE: Final = 64


class Rows:
    """`transaction.Reader` on a connection; reads are what the transaction sees.

    Of a lasting table only the keys are asked for of what is kept: hundreds of items of a
    conversation are the same in each request.
    """

    def __init__(self, db: sqlite3.Connection, kept: Kept) -> None:
        self._execute = db.execute
        self._kept = kept

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
        if wanted.source.table.is_lasting:
            return self._lasting(wanted)
        query, values = _query(wanted, "rows")
        return list(map(wanted.source.table.make, self._execute(query, values).fetchall()))

    def _lasting(self, wanted: Range) -> list[Any]:
        table = wanted.source.table
        query, values = _query(wanted, "keys")
        keys = self._execute(query, values).fetchall()
        kept = self._kept.setdefault(table, {})
        new = [key for key in keys if key not in kept]
        if len(kept) + len(new) > ITEMS_KEPT:
            kept.clear()
            new = keys
        kept.update(zip(new, self.get(table, new), strict=True))
        return [kept[key] for key in keys]

    def count(self, wanted: Range) -> int:
        query, values = _query(wanted, "count")
        (count,) = self._execute(query, values).fetchone()
        return int(count)


def write(db: sqlite3.Connection, tx: Transaction) -> None:
    """Everything that a transaction changes."""
    for table, changes in tx.changes.items():
        for key, (old, new) in changes.items():
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
    if if_there:
        sums = [getattr(row, column) for column in table.counters]
        db.execute(add_if_there(table), (*sums, *table.key_of(row)))
    else:
        db.execute(add_or_insert(table), row)


# ---------------------------------------------------------------- queries


def _query(wanted: Range, what: What) -> tuple[str, list[Value]]:
    index, part, low, high, after, limit, is_reversed, _ = wanted
    values: list[Value] = list(part)
    values += [bound for bound in (low, high) if bound is not None]
    if after is not None:
        values += [after[0], *after[1]]
    if limit is not None:
        values.append(limit)
    shape = (low is not None, high is not None, after is not None, limit is not None)
    return select_range(index, shape, is_reversed, what), values


@cache
def select_range(
    index: Index[Any], shape: tuple[bool, bool, bool, bool], is_reversed: bool, what: What
) -> str:
    has_low, has_high, has_after, has_limit = shape
    table, by = index.table, index.by
    terms = [f"{column} = ?" for column in index.within] + condition(index)
    terms += [f"{by} >= ?"] * has_low + [f"{by} <= ?"] * has_high
    order = list(dict.fromkeys((by, *table.key)))
    if has_after:
        names = (by, *table.key)
        terms.append(f"({', '.join(names)}) > ({', '.join('?' * len(names))})")
    columns = table.key if what == "keys" else table.columns
    selected = "count(*)" if what == "count" else ", ".join(columns)
    direction = " DESC" if is_reversed else ""
    ordered = (
        "" if what == "count" else " ORDER BY " + ", ".join(each + direction for each in order)
    )
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    limited = " LIMIT ?" if has_limit else ""
    return f"SELECT {selected} FROM {table.name}{_by(index)}{where}{ordered}{limited}"


def condition(index: Index[Any]) -> list[str]:
    """The condition of an index; the same words make it and ask for it."""
    terms = [_one_of(column, values) for column, values in index.where.items()]
    optional = (index.by, *index.has, *index.within)
    return terms + [f"{each} IS NOT NULL" for each in optional if is_optional(index.table, each)]


def _one_of(column: str, values: tuple[Value, ...]) -> str:
    if values == (None,):
        return f"{column} IS NULL"
    return (
        f"{column} IN ({', '.join(map(repr, values))})"
        if len(values) > 1
        else (f"{column} = {values[0]!r}")
    )


def _by(index: Index[Any]) -> str:
    return "" if is_the_key(index) else f" INDEXED BY {index_name(index)}"


def index_name(index: Index[Any]) -> str:
    return f"{index.table.name}_{index.name}"


def is_the_key(index: Index[Any]) -> bool:
    """Such an index is the table's own order."""
    return (*index.within, index.by) == index.table.key and not (index.where or index.has)


def is_optional(table: Table[Any], column: str) -> bool:
    return type(None) in get_args(table.types[column])


# ---------------------------------------------------------------- rows


def _keyed(table: Table[Any]) -> str:
    return " AND ".join(f"{column} = ?" for column in table.key)


@cache
def select_one(table: Table[Any]) -> str:
    return f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {_keyed(table)}"


@cache
def select_many(table: Table[Any]) -> str:
    (key,) = table.key
    marks = ", ".join("?" * AT_ONCE)
    return f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {key} IN ({marks})"


@cache
def insert_one(table: Table[Any]) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"


@cache
def delete_one(table: Table[Any]) -> str:
    return f"DELETE FROM {table.name} WHERE {_keyed(table)}"


@cache
def update_one(table: Table[Any], places: tuple[int, ...]) -> str:
    sets = ", ".join(f"{table.columns[place]} = ?" for place in places)
    return f"UPDATE {table.name} SET {sets} WHERE {_keyed(table)}"


@cache
def add_or_insert(table: Table[Any]) -> str:
    sums = ", ".join(f"{each} = {each} + excluded.{each}" for each in table.counters)
    return f"{insert_one(table)} ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {sums}"


@cache
def add_if_there(table: Table[Any]) -> str:
    sums = ", ".join(f"{each} = {each} + ?" for each in table.counters)
    return f"UPDATE {table.name} SET {sums} WHERE {_keyed(table)}"
