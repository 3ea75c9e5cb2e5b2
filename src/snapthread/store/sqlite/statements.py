"""SQL made from the declarations of tables."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

from snapthread.store.requests import Range
from snapthread.store.schema import TABLES
from snapthread.store.table import Index, Table, Value

# ---------------------------------------------------------------- tables and indexes


def declared() -> Iterator[str]:
    """The statements that make every table and index, where they are not there."""
    for table in TABLES:
        columns = ", ".join(column_of(table, column) for column in table.columns)
        yield (
            f"CREATE TABLE IF NOT EXISTS {table.name} ({columns},"
            f" PRIMARY KEY ({', '.join(table.key)})) WITHOUT ROWID"
        )
        for index in table.indexes:
            if not is_the_key(index):
                yield (
                    f"CREATE INDEX IF NOT EXISTS {_name(index)} ON {table.name}"
                    f" ({', '.join((*index.within, index.by))}){_where(_condition(index))}"
                )


def column_of(table: Table[Any], column: str) -> str:
    kind = "TEXT" if str in (table.types[column], *get_args(table.types[column])) else "INTEGER"
    if _is_optional(table, column):
        return f"{column} {kind}"
    default = table.defaults.get(column)
    return f"{column} {kind} NOT NULL" + ("" if default is None else f" DEFAULT {default!r}")


def is_the_key(index: Index[Any]) -> bool:
    """Is an index the table's own order?"""
    return (*index.within, index.by) == index.table.key and not (index.where or index.has)


def _name(index: Index[Any]) -> str:
    return f"{index.table.name}_{index.name}"


def _condition(index: Index[Any]) -> list[str]:
    """The condition of an index; the same words make it and ask for it."""
    terms = [_one_of(column, values) for column, values in index.where.items()]
    optional = (index.by, *index.has, *index.within)
    return terms + [f"{each} IS NOT NULL" for each in optional if _is_optional(index.table, each)]


def _one_of(column: str, values: tuple[Value, ...]) -> str:
    if values == (None,):
        return f"{column} IS NULL"
    return f"{column} = {values[0]!r}" if len(values) == 1 else f"{column} IN {values!r}"


def _is_optional(table: Table[Any], column: str) -> bool:
    return type(None) in get_args(table.types[column])


def _where(terms: list[str]) -> str:
    return f" WHERE {' AND '.join(terms)}" if terms else ""


# ---------------------------------------------------------------- rows by their key


class Sql(NamedTuple):
    """The statements of a table's rows."""

    columns: str
    select: str
    select_all: str
    insert: str
    add: str
    delete: str


@cache
def sql_of(table: Table[Any]) -> Sql:
    columns, keyed = ", ".join(table.columns), _where([f"{column} = ?" for column in table.key])
    insert = f"INSERT INTO {table.name} ({columns}) VALUES ({_marks(len(table.columns))})"
    sums = ", ".join(f"{each} = {each} + excluded.{each}" for each in table.counters)
    select = f"SELECT {columns} FROM {table.name}"
    return Sql(
        columns=columns,
        select=select + keyed,
        select_all=f"{select} WHERE {table.key[0]} IN (SELECT value FROM json_each(?))",
        insert=insert,
        add=f"{insert} ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {sums}",
        delete=f"DELETE FROM {table.name}{keyed}",
    )


@cache
def update_of(table: Table[Any], places: tuple[int, ...]) -> str:
    sets = ", ".join(f"{table.columns[place]} = ?" for place in places)
    return f"UPDATE {table.name} SET {sets}{_where([f'{column} = ?' for column in table.key])}"


def _marks(count: int) -> str:
    return ", ".join("?" * count)


# ---------------------------------------------------------------- ranges


def sql_of_range(wanted: Range, selected: str) -> tuple[str, list[Value]]:
    index, prefix, low, high, after, limit, is_reversed, _ = wanted
    values = [*prefix, low, high, *((after[0], *after[1]) if after else ()), limit]
    shape = (low is not None, high is not None, after is not None, limit is not None)
    query = _select(index, selected, shape, is_reversed)
    return query, [value for value in values if value is not None]


@cache
def _select(
    index: Index[Any], selected: str, shape: tuple[bool, bool, bool, bool], is_reversed: bool
) -> str:
    has_low, has_high, has_after, has_limit = shape
    table, order = index.table, (index.by, *index.table.key)
    terms = [f"{column} = ?" for column in index.within] + _condition(index)
    terms += [f"{index.by} >= ?"] * has_low + [f"{index.by} <= ?"] * has_high
    terms += [f"({', '.join(order)}) > ({_marks(len(order))})"] * has_after
    by = "" if is_the_key(index) else f" INDEXED BY {_name(index)}"
    direction = " DESC" if is_reversed else ""
    ordered = ", ".join(column + direction for column in dict.fromkeys(order))
    limited = " LIMIT ?" if has_limit else ""
    return f"SELECT {selected} FROM {table.name}{by}{_where(terms)} ORDER BY {ordered}{limited}"
