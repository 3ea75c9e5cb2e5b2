"""Declarations of tables and their indexes, the same for every backend.

A row is a `NamedTuple` of whole numbers and texts; a time is whole microseconds since 1970, a bool
0 or 1, what is read whole is JSON. To add a table is to declare it in schema/; a column goes to
the end of its row, with a default. For example

    JOBS = Table("jobs", JobRow, key=("job",))
    HISTORY_OF = Index[HistoryRow]("of", by="id", within=("conversation",))

is a table whose rows are found by their job, and an index that gives all items of one conversation
in the order of their ids: `tx.get(JOBS, "poll")`, `tx.range(HISTORY_OF, "user:7")`.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeVar, get_type_hints

Value = int | str | None
Key = tuple[int | str, ...]
R = TypeVar("R", bound=tuple[Any, ...])


class Index(Generic[R]):
    """Rows of a table in the order of the column `by`, ties by their key.

    `within`: columns whose values a range is asked for with, its prefix. A row is in the index
    where `by`, `within` and the columns of `has` are set, and where each column of `where` has one
    of the values there.
    """

    table: "Table[R]"

    def __init__(
        self,
        name: str,
        *,
        by: str,
        within: tuple[str, ...] = (),
        where: Mapping[str, tuple[Value, ...]] | None = None,
        has: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.by = by
        self.within = within
        self.where = where or {}
        self.has = has

    def belong_to(self, table: "Table[R]") -> None:
        self.table = table
        places = table.columns.index
        self._by = places(self.by)
        self.prefix_of: Callable[[R], Key] = values_of([places(each) for each in self.within])
        self._has = [places(column) for column in (self.by, *self.has, *self.within)]
        self._where = [(places(column), values) for column, values in self.where.items()]
        columns = (self.by, *self.within, *self.has, *self.where)
        self._places = tuple({places(column) for column in columns})
        self._scope = self.within.index(table.scope) if table.scope in self.within else None

    def holds(self, row: R) -> bool:
        for place in self._has:
            if row[place] is None:
                return False
        return all(row[place] in values for place, values in self._where)

    def is_moved(self, old: R, new: R) -> bool:
        """May the change of a row have changed its place here?"""
        return any(old[place] != new[place] for place in self._places)

    def sort_of(self, row: R) -> Any:
        return row[self._by]

    def order_of(self, row: R) -> tuple[Any, Key]:
        return row[self._by], self.table.key_of(row)

    def scope_of(self, prefix: Key) -> int | str | None:
        """The scope that every row of this prefix is in; None where they may be of several."""
        return None if self._scope is None else prefix[self._scope]


class Table(Generic[R]):
    """Rows by their key.

    `scope`: the column whose value all rows share that are decided on together: a conversation. A
    backend that reads before it writes guards a scope as a whole. `counters`: columns that are
    only ever added to; such rows are not read to be written. `is_mostly_new`: who asks for a row
    will mostly find none, so a backend may take that for granted until it commits.
    `is_immutable`: a row is never changed, only added and deleted, so a backend may keep what it
    has read.
    """

    def __init__(
        self,
        name: str,
        row: type[R],
        *,
        key: tuple[str, ...],
        indexes: tuple[Index[R], ...] = (),
        scope: str | None = None,
        counters: tuple[str, ...] = (),
        is_mostly_new: bool = False,
        is_immutable: bool = False,
    ) -> None:
        self.name = name
        self.row = row
        self.columns: tuple[str, ...] = row._fields  # type: ignore[attr-defined]
        self.defaults: Mapping[str, Value] = row._field_defaults  # type: ignore[attr-defined]
        self.types = get_type_hints(row)
        self.make: Callable[..., R] = row._make  # type: ignore[attr-defined]
        self.key = key
        self.scope = scope
        self.counters = counters
        self.is_mostly_new = is_mostly_new
        self.is_immutable = is_immutable
        self.indexes = indexes
        self.key_of: Callable[[R], Key] = values_of([self.columns.index(each) for each in key])
        self._scope = None if scope is None else self.columns.index(scope)
        self._key_scope = key.index(scope) if scope in key else None
        for index in indexes:
            index.belong_to(self)
        BY_ROW[row] = self

    def scope_of(self, row: R) -> int | str | None:
        return None if self._scope is None else row[self._scope]

    def scope_of_key(self, key: Key) -> int | str | None:
        """The scope of the row of this key; None where the key does not tell."""
        return None if self._key_scope is None else key[self._key_scope]


BY_ROW: dict[type, Table[Any]] = {}


def values_of(places: Sequence[int]) -> Callable[[Any], Key]:
    """A function that takes the values at these places out of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    if not places:
        return lambda _: ()
    (place,) = places  # its getter would give the value alone
    return lambda row: (row[place],)
