"""The steps of a commit: guards of what was decided on, then everything that changes."""

from collections.abc import Iterable, Iterator
from typing import Any

from snapthread.store.redis.names import (
    index_name,
    member,
    row_name,
    user_files_name,
    version_name,
)
from snapthread.store.redis.reading import Fetched, Reading
from snapthread.store.redis.steps import Scope, Step, encode
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES
from snapthread.store.table import Table
from snapthread.store.transaction import Get, Transaction


def guards(tx: Transaction, reading: Reading, fetched: Fetched) -> list[Step]:
    """Guards of a commit: the versions of scopes, and rows that belong to none of them."""
    steps: list[Step] = [
        ["is", version_name(scope), fetched.versions.get(scope, "")] for scope in reading.scopes
    ]
    rows = {request: fetched.rows[request] for request in reading.looked_at}
    for table, changes in tx.changes.items():
        for key, (old, _) in changes.items():
            is_proved = old is None or table.scope_of(old) in reading.scopes
            if old is not None and (not is_proved or Get(table, key) in reading.hinted):
                rows[Get(table, key)] = old
    steps += [_unchanged(request, row) for request, row in rows.items()]
    for table, key, column, most in tx.ceilings:
        steps.append(["at_most", row_name(table, key), column, str(most)])
    return steps


def _unchanged(request: Get, row: Any) -> Step:
    name = row_name(request.table, request.key)
    if request.table.counters:
        return ["sums_are", name, *([] if row is None else _flat(request.table.columns, row))]
    return ["is", name, *([""] if row is None else _written(request.table, row))]


def _written(table: Table[Any], row: Any) -> Iterator[str]:
    """As it is written, and as it was before its last columns were declared."""
    yield encode(row)
    for length in range(len(row) - 1, 0, -1):
        column = table.columns[length]
        if column not in table.defaults or row[length] != table.defaults[column]:
            return
        yield encode(row[:length])


def changed_scopes(tx: Transaction) -> set[Scope]:
    found = {
        table.scope_of(row)
        for table, changes in tx.changes.items()
        for each in changes.values()
        for row in each
        if row is not None
    }
    return {scope for scope in found if scope is not None}


def writes(tx: Transaction, version: str) -> list[Step]:
    """The shared set first: where another program made it something else, nothing is written."""
    steps = list(_user_files(tx))
    for table, changes in tx.changes.items():
        for key, (old, new) in changes.items():
            name = row_name(table, key)
            steps.append(_row(table, name, new))
            steps += _indexes(table, old, new)
    for table, sums in tx.sums.items():
        for key, (row, if_there) in sums.items():
            steps += _sums(table, row_name(table, key), row, if_there)
    for scope in changed_scopes(tx):
        named_by = row_name(CONVERSATIONS, (scope,))
        steps.append(["version", version_name(scope), named_by, version])
    return steps


def _row(table: Table[Any], name: str, new: Any) -> Step:
    if new is None:
        return ["call", "DEL", name]
    if table.counters:
        return ["call", "HSET", name, *_flat(table.columns, new)]
    return ["call", "SET", name, encode(new)]


def _flat(columns: Iterable[str], row: Any) -> list[str]:
    return [text for column in columns for text in (column, str(getattr(row, column)))]


def _indexes(table: Table[Any], old: Any, new: Any) -> Iterator[Step]:
    for index in table.indexes:
        if old is not None and new is not None and not index.is_moved(old, new):
            continue
        was = _place(index, old)
        will_be = _place(index, new)
        if was == will_be:
            continue
        if was is not None:
            yield ["call", "ZREM", *was]
        if will_be is not None:
            yield ["call", "ZADD", will_be[0], "0", will_be[1]]


def _place(index: Any, row: Any) -> tuple[str, str] | None:
    if row is None or not index.holds(row):
        return None
    return index_name(index, index.prefix_of(row)), member(index, row)


def _sums(table: Table[Any], name: str, row: Any, if_there: bool) -> Iterator[Step]:
    named = [] if if_there else _flat(table.key, row)
    yield ["add", name, named, _flat(table.counters, row)]
    if not if_there:
        yield from _indexes(table, None, row)


def _user_files(tx: Transaction) -> Iterator[Step]:
    """The first generation's set: the OpenAI ids of every file of a person that is not gone."""
    for old, new in tx.changes.get(FILES, {}).values():
        was, is_now = (row.openai_id if row is not None else None for row in (old, new))
        if is_now is not None and is_now != was:
            yield ["call", "SADD", user_files_name(new.owner), is_now]
        if was is not None and was != is_now:
            yield ["call", "SREM", user_files_name(old.owner), was]
