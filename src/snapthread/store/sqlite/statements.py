"""SQL made from the declarations of tables."""

from functools import cache
from typing import Any, Final, Literal, get_args

from snapthread.store.table import Index, Table, Value
from snapthread.store.transaction import Range

What = Literal["rows", "count"]
AT_ONCE: Final = 64  # rows asked for by their keys


def query_of(wanted: Range, what: What) -> tuple[str, list[Value]]:
    index, prefix, low, high, after, limit, is_reversed, _ = wanted
    values: list[Value] = list(prefix)
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
    selected = "count(*)" if what == "count" else ", ".join(table.columns)
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
