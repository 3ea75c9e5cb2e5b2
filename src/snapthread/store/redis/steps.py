"""Steps of the script: requests in its words, and rows as it tells them."""

from typing import Any, TypeVar

from pydantic_core import to_json

from snapthread.store.redis.names import (
    index_name,
    key_text,
    row_name,
    row_prefix,
    text_of,
    version_name,
)
from snapthread.store.table import Table
from snapthread.store.transaction import Get, Range, Request

R = TypeVar("R", bound=tuple[Any, ...])
Scope = int | str
Step = list[Any]


def encode(row: Any) -> str:
    """As it is stored, and compared: the same to the letter in every version."""
    return to_json(row).decode()


def step_of(request: Request) -> Step:
    """A request in the words of the script."""
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


def version_step(scope: Scope) -> Step:
    return ["version", version_name(scope)]


def _low(wanted: Range) -> str:
    if wanted.after is not None:
        by, key = wanted.after
        return f"({text_of(by)} {key_text(key)}"
    return "-" if wanted.low is None else f"[{text_of(wanted.low)}"


def _high(wanted: Range) -> str:
    """Up to the last member that begins so: "!" is what comes after the space."""
    return "+" if wanted.high is None else f"({text_of(wanted.high)}!"


def load(table: Table[R], reply: list[Any]) -> R:
    if table.counters:
        known = dict(zip(reply[::2], reply[1::2], strict=True))
        columns = {**table.defaults, **known}
        return table.make(
            int(columns[column]) if table.types[column] is int else columns[column]
            for column in table.columns
        )
    if len(reply) < len(table.columns):  # written before its last columns were declared
        reply += [table.defaults[column] for column in table.columns[len(reply) :]]
    return table.make(reply)
