"""Results for the items of long lists that grow at their end.

A request has hundreds of items of its conversation, and all but two were in the one before. What
was made of those is found by comparing two lists, which looks at no item that is still the same.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Known(NamedTuple):
    """A list, and for each of its items one result in each column."""

    items: list[Any]
    columns: tuple[list[Any], ...]


NOTHING = Known([], ())


class Grown(Generic[T]):
    """Columns of results, made by pure functions of an item; of the lists that were asked for
    last, as many as have `most` items together."""

    def __init__(self, *made: Callable[[T], Any], most: int) -> None:
        self._made = made
        self._most = most
        self._lists: OrderedDict[Hashable, Known] = OrderedDict()
        self._size = 0
        self._lock = Lock()  # a store's thread asks as well as the loop

    def of(self, key: Hashable, items: Sequence[T]) -> tuple[list[Any], ...]:
        """The columns of the list of this key: the caller's own, to be changed at will."""
        items = list(items)
        known = self._lists.get(key, NOTHING)
        same = _beginning(known.items, items)
        old = known.columns or tuple([[] for _ in self._made])
        columns = tuple(
            [
                [*column[:same], *map(make, items[same:])]
                for make, column in zip(self._made, old, strict=True)
            ]
        )
        if items:
            self._keep(key, Known(items, columns))
        return tuple([column.copy() for column in columns])

    def _keep(self, key: Hashable, known: Known) -> None:
        with self._lock:
            before = self._lists.pop(key, NOTHING)
            self._lists[key] = known
            self._size += len(known.items) - len(before.items)
            while self._size > self._most:
                _, least = self._lists.popitem(last=False)
                self._size -= len(least.items)


def _beginning(old: list[Any], new: list[Any]) -> int:
    """The number of items at the beginning that are the same."""
    length = min(len(old), len(new))
    if old[:length] == new[:length]:
        return length
    pairs = enumerate(zip(old, new, strict=False))
    return next(index for index, (one, other) in pairs if one is not other and one != other)
