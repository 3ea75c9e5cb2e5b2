"""Steps of the script: what is read, and everything that changes; and rows as they are stored."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from pydantic_core import to_json

from snapthread.store.redis.names import (
    index_name,
    key_text,
    member,
    row_name,
    row_prefix,
    text_of,
    user_files_name,
    version_name,
)
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES
from snapthread.store.table import Index, Key, Table
from snapthread.store.transaction import Get, Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])
Scope = int | str
Step = list[Any]

# ---------------------------------------------------------------- rows


def encode(row: Any) -> str:
    """As it is stored, and compared: the same to the letter in every version."""
    return to_json(row).decode()


def load(table: Table[R], reply: list[Any]) -> R:
    """Where it was stored before its last columns were declared, these have their defaults."""
    if not table.counters:
        return table.make([*reply, *(table.defaults[name] for name in table.columns[len(reply) :])])
    known = {**table.defaults, **dict(zip(reply[::2], reply[1::2], strict=True))}
    return table.make(
        int(known[name]) if table.types[name] is int else known[name] for name in table.columns
    )


# ---------------------------------------------------------------- reads


class Version(NamedTuple):
    """The version of a conversation, which tells of a change to anything in it."""

    guard: str


class Miss(Exception):
    """Reads that a verb needs and that were not made yet."""

    def __init__(self, requests: Iterable[Request | Version]) -> None:
        self.requests = list(dict.fromkeys(requests))


def scope_of(request: Request) -> Scope | None:
    if isinstance(request, Get):
        return request.table.scope_of_key(request.key)
    return request.source.scope_of(request.prefix)


def guard_of(request: Request) -> str:
    """The key on the server that tells whether it is still so; "" where none does."""
    scope = scope_of(request)
    if scope is not None:
        return version_name(scope)
    is_row = isinstance(request, Get) and not request.table.counters
    return row_name(*request) if is_row else ""


def without_limit(wanted: Range) -> Range:
    return wanted if wanted.limit is None else wanted._replace(limit=None)


def step_of(request: Request | Version) -> Step:
    """A request in the words of the script."""
    if isinstance(request, Version):
        return ["version", request.guard]
    if isinstance(request, Get):
        kind = "sums" if request.table.counters else "row"
        return [kind, row_name(request.table, request.key)]
    table, name = request.source.table, index_name(request.source, request.prefix)
    low, high = _low(request), _high(request)
    if request.is_count:
        return ["count", name, low, high]
    limit = -1 if request.limit is None else request.limit
    are_sums = bool(table.counters)
    return ["range", name, low, high, limit, request.is_reversed, row_prefix(table), are_sums]


def _low(wanted: Range) -> str:
    if wanted.after is not None:
        by, key = wanted.after
        return f"({text_of(by)} {key_text(key)}"
    return "-" if wanted.low is None else f"[{text_of(wanted.low)}"


def _high(wanted: Range) -> str:
    """Up to the last member that begins so: "!" is what comes after the space."""
    return "+" if wanted.high is None else f"({text_of(wanted.high)}!"


# ---------------------------------------------------------------- guards and writes


def unchanged(table: Table[Any], key: Key, row: Any) -> Step:
    """The guard of a row by what it is."""
    name = row_name(table, key)
    if table.counters:
        return ["sums_are", name, *flat(table.columns, row)]
    return ["is", name, *_texts(table, row)]


def _texts(table: Table[Any], row: Any) -> Iterator[str]:
    """As it is stored, or was before its last columns were declared."""
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


def _row(table: Table[Any], name: str, new: Any) -> Step:
    if new is None:
        return ["call", "DEL", name]
    if table.counters:
        return ["call", "HSET", name, *flat(table.columns, new)]
    return ["call", "SET", name, encode(new)]


def _indexes(table: Table[Any], old: Any, new: Any) -> Iterator[Step]:
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


def _user_files(tx: Transaction) -> Iterator[Step]:
    """The first generation's set: the OpenAI ids of every file of a person that is not gone."""
    for old, new in tx.changes.get(FILES, {}).values():
        was, is_now = (row.openai_id if row is not None else None for row in (old, new))
        if is_now is not None and is_now != was:
            yield ["call", "SADD", user_files_name(new.owner), is_now]
        if was is not None and was != is_now:
            yield ["call", "SREM", user_files_name(old.owner), was]
