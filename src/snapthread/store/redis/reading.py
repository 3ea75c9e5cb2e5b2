"""A transaction's reads of the server: what is missing is asked for at once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol, TypeVar

from snapthread.store.redis.steps import Scope, load
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES_OF
from snapthread.store.schema.queues import OUTBOX, QUEUE
from snapthread.store.schema.usage import RESERVATIONS
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Get, Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])
MESSAGES_EAGER: Final = 8  # more seldom wait


class Miss(Exception):
    """Reads that a verb needs and that were not made yet; and how far it came without them."""

    def __init__(self, requests: Iterable[Request], reads: int) -> None:
        self.requests = requests
        self.reads = reads


class Fetched:
    """All that one try at a verb knows of the store.

    A range is known by what it is without its limit, with the limit that it was asked for with
    (None: all of it).
    """

    def __init__(self) -> None:
        self.rows: dict[Get, Any] = {}
        self.ranges: dict[Range, tuple[int | None, list[Any]]] = {}
        self.counts: dict[Range, int] = {}
        self.versions: dict[Scope, str] = {}
        self.is_snapshot = True  # was all of it so at one moment?
        self.guessed: set[Get] = set()  # rows that were not asked for
        self.loose = 0  # fetches of rows of no scope: each may be of another moment

    @property
    def is_sure(self) -> bool:
        return self.is_snapshot and not self.guessed and self.loose <= 1

    @property
    def size(self) -> int:
        return len(self.rows) + sum(1 + len(rows) for _, rows in self.ranges.values())

    def take(self, request: Request, reply: Any) -> None:
        if isinstance(request, Get):
            self.rows[request] = None if reply is None else load(request.table, reply)
        elif request.is_count:
            self.counts[request] = reply
        else:
            rows = [load(request.source.table, each) for each in reply]
            self.ranges[without_limit(request)] = request.limit, rows

    def has(self, request: Request) -> bool:
        if isinstance(request, Get):
            return request in self.rows
        known = self.ranges.get(without_limit(request))
        if known is None:
            return request in self.counts
        limit, rows = known
        if limit is None or len(rows) < limit:
            return True  # all there are
        return request.limit is not None and request.limit <= limit

    def add(self, other: "Fetched") -> None:
        """The rows known before of a further scope: they may be old."""
        self.rows.update(other.rows)
        self.ranges.update(other.ranges)
        self.versions.update(other.versions)
        self.is_snapshot = False

    def guess(self, request: Get, row: Any) -> None:
        self.rows[request] = row
        self.guessed.add(request)

    def after(self, tx: Transaction, scope: Scope, version: str) -> "Fetched | None":
        """A scope's version once the transaction is made; None where nothing is left."""
        if tx.get(CONVERSATIONS, scope) is None:
            return None
        known = Fetched()
        known.versions[scope] = version
        for request, row in self.rows.items():
            if scope_of(request) == scope:
                is_old = request.table not in tx.changes
                known.rows[request] = row if is_old else tx.get(request.table, *request.key)
        for base, (limit, rows) in self.ranges.items():
            if scope_of(base) == scope:
                with suppress(Miss):  # where rows beyond the limit would be needed
                    is_old = base.source.table not in tx.changes
                    new = rows if is_old else tx.rows(base._replace(limit=limit))
                    known.ranges[base] = limit, new
        return known


class Memory(Protocol):
    """The rows that this process knows from before."""

    rows: dict[Get, Any]  # of no scope

    def get(self, scope: Scope) -> Fetched | None: ...


class Reading:
    """`transaction.Reader` over what was fetched, for one run of a verb."""

    def __init__(
        self, fetched: Fetched, *, memory: Memory | None = None, guesses: bool = False
    ) -> None:
        self._fetched = fetched
        self._memory = memory
        self._guesses = guesses
        self._reads = 0
        self.scopes: set[Scope] = set()  # that the verb decided on
        self.looked_at: set[Get] = set()  # rows of no scope, and guesses
        self.hinted: set[Get] = set()  # rows of ranges of no scope

    def expect(self, requests: Sequence[Request]) -> None:
        self._need(requests)

    def get(self, table: Table[R], keys: Sequence[Key], *, is_new: bool = False) -> list[R | None]:
        requests = [Get(table, key) for key in keys]
        self._need(requests, is_new=is_new)
        for request in requests:
            scope = table.scope_of_key(request.key)
            if scope is not None:
                self.scopes.add(scope)
            if request in self._fetched.guessed or (scope is None and not table.counters):
                self.looked_at.add(request)
        return [self._fetched.rows[request] for request in requests]

    def range(self, wanted: Range) -> list[Any]:
        if wanted.is_reversed:
            all_of_it = wanted._replace(limit=None, is_reversed=False)
            if self._fetched.has(all_of_it):
                return self.range(all_of_it)[::-1][: wanted.limit]
        self._need([wanted])
        self._look(wanted)
        _, rows = self._fetched.ranges[without_limit(wanted)]
        if scope_of(wanted) is None:
            table = wanted.source.table
            self.hinted.update(Get(table, table.key_of(row)) for row in rows)
        return rows[: wanted.limit]

    def count(self, wanted: Range) -> int:
        self._look(wanted)
        if self._fetched.has(wanted):
            return len(self._fetched.ranges[wanted][1])
        counted = wanted._replace(is_count=True)
        self._need([counted])
        return self._fetched.counts[counted]

    def _look(self, wanted: Range) -> None:
        scope = wanted.source.scope_of(wanted.prefix)
        if scope is not None:
            self.scopes.add(scope)

    # ------------------------------------------------------------ what is known

    def _need(self, requests: Sequence[Request], *, is_new: bool = False) -> None:
        """The rows that are not known yet are asked of the server, with those that every verb on
        that scope looks at."""
        self._reads += 1
        missing = [each for each in requests if not self._has(each, is_new=is_new)]
        if not missing:
            return
        wanted = dict.fromkeys(missing)
        for scope in {scope_of(request) for request in missing}:
            if scope is not None and self._memory and scope not in self._fetched.versions:
                wanted.update(dict.fromkeys(eager(scope)))
        raise Miss([each for each in wanted if not self._fetched.has(each)], self._reads)

    def _has(self, request: Request, *, is_new: bool) -> bool:
        return self._fetched.has(request) or (
            self._memory is not None and self._remembers(request, self._memory, is_new=is_new)
        )

    def _remembers(self, request: Request, memory: Memory, *, is_new: bool) -> bool:
        """From before, or by a guess: the commit is refused where it is not so."""
        scope, fetched = scope_of(request), self._fetched
        if scope is not None and scope not in fetched.versions:
            kept = memory.get(scope)
            if kept is None:
                return False
            fetched.add(kept)
            if fetched.has(request):
                return True
        if not isinstance(request, Get) or not self._guesses:
            return False
        if scope is None and request in memory.rows:
            fetched.guess(request, memory.rows[request])
        elif is_new or request.table.is_mostly_new:
            fetched.guess(request, None)
        return fetched.has(request)


def without_limit(wanted: Range) -> Range:
    return wanted if wanted.limit is None else wanted._replace(limit=None)


def eager(scope: Scope) -> tuple[Request, ...]:
    """Reads that nearly every verb on a conversation makes, done with its first."""
    return (
        Get(CONVERSATIONS, (scope,)),
        Get(RESERVATIONS, (scope,)),
        Range(OUTBOX, (scope,)),
        Range(QUEUE, (scope, 1)),
        Range(QUEUE, (scope, 0), limit=MESSAGES_EAGER),
        Range(FILES_OF, (scope, "intended")),
        Range(FILES_OF, (scope, "uploaded")),
    )


def is_loose(request: Request) -> bool:
    """A row that no version tells of: it is guarded by what it is."""
    return isinstance(request, Get) and not request.table.counters and scope_of(request) is None


def scope_of(request: Request) -> Scope | None:
    if isinstance(request, Get):
        return request.table.scope_of_key(request.key)
    return request.source.scope_of(request.prefix)
