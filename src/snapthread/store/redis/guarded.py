"""Rows that are known, together with the guard that tells whether they are still so.

A guard is a key on the server and the text that it has while nothing of these rows changes. All
rows of a conversation share one: its version, which each commit to it makes another. A row of no
conversation is a guard itself: its key, and the row as it is stored. For example

    snapthread:scope:user:7           3fa9.12       the conversation, its queue, its history, ...
    snapthread:row:once_keys:told     ["told",5]    this one row
"""

from contextlib import suppress
from typing import Any, Final

from snapthread.store.redis.names import row_name
from snapthread.store.redis.steps import Miss, ScriptStep, encode, load, without_limit
from snapthread.store.requests import Get, Range, Request
from snapthread.store.transaction import Transaction

GUARD_SIZE: Final = 8  # rows that take as much memory as a guard does


class GuardedRows:
    """Rows under one guard: all that was read of a conversation, or one row of none.

    A conversation that is gone has no version: `is_proof` is False, nothing tells of a change.
    """

    def __init__(self, guard: str, text: str | None, *, is_proof: bool = True) -> None:
        self.guard = guard
        self.step: ScriptStep = ["is", guard, text or ""]
        self.is_proof = is_proof
        self.rows: dict[Request, Any] = {}  # and the number of rows of a range that was counted
        self.ranges: dict[Range, tuple[int | None, list[Any]]] = {}  # and the limit of each

    @classmethod
    def of_row(cls, request: Get, row: Any) -> "GuardedRows":
        """One row, or that there is none."""
        known = cls(row_name(*request), None if row is None else encode(row))
        known.add(request, row)
        return known

    @property
    def size(self) -> int:
        return GUARD_SIZE + len(self.rows) + sum(1 + len(rows) for _, rows in self.ranges.values())

    def add(self, request: Request, reply: Any) -> None:
        if isinstance(request, Get):
            self.rows[request] = None if reply is None else load(request.table, reply)
        elif request.is_count:
            self.rows[request] = reply
        else:
            rows = [load(request.source.table, each) for each in reply]
            self.ranges[without_limit(request)] = request.limit, rows

    def has(self, request: Request) -> bool:
        if isinstance(request, Get) or request.is_count:
            return request in self.rows
        limit, rows = self.ranges.get(without_limit(request), (0, []))
        if limit is None or len(rows) < limit:
            return True  # all there are
        return request.limit is not None and request.limit <= limit

    def after(self, tx: Transaction, version: str) -> "GuardedRows":
        """The rows of a conversation once a transaction is made; single rows are left as they
        are."""
        known = GuardedRows(self.guard, version)
        known.rows = {each: row for each, row in self.rows.items() if isinstance(each, Get)}
        for base, (limit, rows) in self.ranges.items():
            with suppress(Miss):  # where rows beyond the limit would be needed
                is_old = base.source.table not in tx.changes
                known.ranges[base] = limit, rows if is_old else tx.rows(base._replace(limit=limit))
        return known
