"""Requests of a transaction to its backend: a row by its key, or a range of an index."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from snapthread.store.table import Index, Key, Table, Value

R = TypeVar("R", bound=tuple[Any, ...])


class Get(NamedTuple):
    """The row of a key."""

    table: Table[Any]
    key: Key


class Range(NamedTuple):
    """Rows of one prefix of an index, in its order. `low` and `high` bound the column that the
    index is sorted by, and are in it; `after`: the place in the order of the row before the
    first."""

    source: Index[Any]
    prefix: Key = ()
    low: Value = None
    high: Value = None
    after: tuple[Any, Key] | None = None
    limit: int | None = None
    is_reversed: bool = False
    is_count: bool = False  # how many they are

    def holds(self, row: Any) -> bool:
        index = self.source
        if not index.holds(row) or index.prefix_of(row) != self.prefix:
            return False
        by = index.sort_of(row)
        return (
            (self.low is None or by >= self.low)
            and (self.high is None or by <= self.high)
            and (self.after is None or index.order_of(row) > self.after)
        )


Request = Get | Range


class Reader(Protocol):
    """A backend's reads, as the store was before the transaction."""

    def expect(self, requests: Sequence[Request]) -> None:
        """These will be asked for soon: a backend over a network reads them at once."""
        ...

    def get(self, table: Table[R], keys: Sequence[Key], *, is_new: bool = False) -> list[R | None]:
        """Rows by their keys. `is_new`: most likely there is none."""
        ...

    def range(self, wanted: Range) -> list[Any]: ...
    def count(self, wanted: Range) -> int: ...
