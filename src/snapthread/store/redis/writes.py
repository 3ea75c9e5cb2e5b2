"""Steps of store.lua that check something of a row, its guards, and those that write."""

from collections.abc import Iterable, Iterator
from typing import Any

from snapthread.store.redis.names import index_name, member, row_name, user_files_name, version_name
from snapthread.store.redis.steps import Scope, ScriptStep, encode
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES
from snapthread.store.table import Index, Key, Table
from snapthread.store.transaction import Ceiling, Transaction

# ---------------------------------------------------------------- guards


def unchanged(table: Table[Any], key: Key, row: Any) -> ScriptStep:
    """The guard of a row by what it is; None: that there is none."""
    name = row_name(table, key)
    if row is None:
        return ["is", name, ""]
    if table.counters:
        return ["sums_are", name, *flat(table.columns, row)]
    return ["is", name, *_texts(table, row)]


def at_most(ceiling: Ceiling) -> ScriptStep:
    table, key, column, most = ceiling
    return ["at_most", row_name(table, key), column, str(most)]


def _texts(table: Table[Any], row: Any) -> Iterator[str]:
    """The row as it is stored, or was before its last columns were declared."""
    yield encode(row)
    for length in range(len(row) - 1, 0, -1):
        column = table.columns[length]
        if column not in table.defaults or row[length] != table.defaults[column]:
            return
        yield encode(row[:length])


# ---------------------------------------------------------------- writes


def changed_scopes(tx: Transaction) -> set[Scope]:
    found = {
        table.scope_of(row)
        for table, changes in tx.changes.items()
        for each in changes.values()
        for row in each
        if row is not None
    }
    return {scope for scope in found if scope is not None}


def writes(tx: Transaction, version: str) -> list[ScriptStep]:
    """All that a transaction changes. `user_files` first: it is shared with other programs, and
    where one made it something else nothing is written."""
    steps = list(_user_files(tx))
    for table, changes in tx.changes.items():
        for key, (old, new) in changes.items():
            steps += [_row(table, row_name(table, key), new), *_indexes(table, old, new)]
    for table, sums in tx.sums.items():
        for key, (row, if_there) in sums.items():
            named = [] if if_there else flat(table.key, row)
            steps.append(["add", row_name(table, key), named, flat(table.counters, row)])
            steps += [] if if_there else _indexes(table, None, row)
    for scope in changed_scopes(tx):
        named_by = row_name(CONVERSATIONS, (scope,))
        steps.append(["mark", version_name(scope), named_by, version])
    return steps


def flat(columns: Iterable[str], row: Any) -> list[str]:
    return [text for column in columns for text in (column, str(getattr(row, column)))]


def _row(table: Table[Any], name: str, new: Any) -> ScriptStep:
    if new is None:
        return ["call", "DEL", name]
    if table.counters:
        return ["call", "HSET", name, *flat(table.columns, new)]
    return ["call", "SET", name, encode(new)]


def _indexes(table: Table[Any], old: Any, new: Any) -> Iterator[ScriptStep]:
    for index in table.indexes:
        if old is not None and new is not None and not index.is_moved(old, new):
            continue
        was, will_be = _place(index, old), _place(index, new)
        if was == will_be:
            continue
        if was is not None:
            yield ["call", "ZREM", *was]
        if will_be is not None:
            yield ["call", "ZADD", will_be[0], "0", will_be[1]]


def _place(index: Index[Any], row: Any) -> tuple[str, str] | None:
    if row is None or not index.holds(row):
        return None
    return index_name(index, index.prefix_of(row)), member(index, row)


def _user_files(tx: Transaction) -> Iterator[ScriptStep]:
    """The first generation's set: the OpenAI ids of every file of a person that is not gone."""
    for old, new in tx.changes.get(FILES, {}).values():
        was, is_now = (row.openai_id if row is not None else None for row in (old, new))
        if is_now is not None and is_now != was:
            yield ["call", "SADD", user_files_name(new.owner), is_now]
        if was is not None and was != is_now:
            yield ["call", "SREM", user_files_name(old.owner), was]
