"""Steps of store.lua: what it is asked to read; and rows as they are stored.

A step is a list whose first item says its kind, such as `["row", "snapthread:row:people:7"]`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from pydantic_core import to_json

from snapthread.store.redis.names import (
    index_name,
    key_text,
    row_name,
    row_prefix,
    text_of,
    version_name,
)
from snapthread.store.requests import Get, Range, Request
from snapthread.store.table import Table

R = TypeVar("R", bound=tuple[Any, ...])
Scope = int | str
ScriptStep = list[Any]

# ---------------------------------------------------------------- rows


def encode(row: Any) -> str:
    """A row as it is stored, and compared: the same to the letter in every version."""
    return to_json(row).decode()


def load(table: Table[R], reply: list[Any]) -> R:
    """A stored row; columns that were declared since have their defaults."""
    if not table.counters:
        return table.make([*reply, *(table.defaults[name] for name in table.columns[len(reply) :])])
    known = {**table.defaults, **dict(zip(reply[::2], reply[1::2], strict=True))}
    return table.make(
        int(known[name]) if table.types[name] is int else known[name] for name in table.columns
    )


# ---------------------------------------------------------------- reads


class Version(NamedTuple):
    """A read of the version of a conversation, which each commit to it changes."""

    guard: str


class Miss(Exception):
    """Rows that a verb asked for and that are not known yet: they are to be fetched."""

    def __init__(self, requests: Iterable[Request | Version]) -> None:
        self.requests = list(dict.fromkeys(requests))


def scope_of(request: Request) -> Scope | None:
    if isinstance(request, Get):
        return request.table.scope_of_key(request.key)
    return request.source.scope_of(request.prefix)


def guard_of(request: Request) -> str:
    """The key on the server that changes with what is asked for; "" where none does."""
    scope = scope_of(request)
    if scope is not None:
        return version_name(scope)
    is_row = isinstance(request, Get) and not request.table.counters
    return row_name(*request) if is_row else ""


def without_limit(wanted: Range) -> Range:
    return wanted if wanted.limit is None else wanted._replace(limit=None)


def step_of(request: Request | Version) -> ScriptStep:
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
