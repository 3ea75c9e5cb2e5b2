"""Tables and indexes, made from their declarations, also where an older version left some."""

import sqlite3
from collections.abc import Iterator
from typing import Any, get_args

from snapthread.store.schema import TABLES
from snapthread.store.sqlite.statements import condition, index_name, is_optional, is_the_key
from snapthread.store.table import Index, Table


def declared() -> Iterator[str]:
    """The statements that make every table and index, where they are not there."""
    for table in TABLES:
        columns = ", ".join(_column(table, column) for column in table.columns)
        yield (
            f"CREATE TABLE IF NOT EXISTS {table.name} ({columns},"
            f" PRIMARY KEY ({', '.join(table.key)})) WITHOUT ROWID"
        )
        for index in table.indexes:
            if not is_the_key(index):
                yield _create_index(index)


def new_columns(db: sqlite3.Connection) -> list[str]:
    """The statements that add what an older version's tables do not have yet."""
    return [
        f"ALTER TABLE {table.name} ADD COLUMN {_column(table, column)}"
        for table in TABLES
        if (known := columns_of(db, table.name))
        for column in table.columns
        if column not in known
    ]


def columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    """None, where the table is not there yet."""
    return {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}


def _create_index(index: Index[Any]) -> str:
    columns = ", ".join((*index.within, index.by))
    terms = condition(index)
    where = f" WHERE {' AND '.join(terms)}" if terms else ""
    name = index_name(index)
    return f"CREATE INDEX IF NOT EXISTS {name} ON {index.table.name} ({columns}){where}"


def _column(table: Table[Any], column: str) -> str:
    kind = "TEXT" if str in (table.types[column], *get_args(table.types[column])) else "INTEGER"
    if is_optional(table, column):
        return f"{column} {kind}"
    default = table.defaults.get(column)
    return f"{column} {kind} NOT NULL" + ("" if default is None else f" DEFAULT {default!r}")
