"""A transaction's reads of the server: what is missing is asked for at once."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from snapthread.store.redis.steps import Scope, load
from snapthread.store.schema.conversations import CONVERSATIONS, HISTORY
from snapthread.store.schema.files import FILES_OF
from snapthread.store.schema.queues import OUTBOX, QUEUE
from snapthread.store.schema.usage import RESERVATIONS
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Get, Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])
Base = tuple[Any, ...]  # a range without its limit
MESSAGES_EAGER: Final = 8  # more seldom wait


class Miss(Exception):
    """Reads that a verb needs and that were not fetched yet."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self.requests = requests


class Fetched:
    """Replies of the server, and which of them a run of the verb has looked at.

    A range is kept by what it is without its limit, with the limit that it was asked for with
    (None: all of it).
    """

    def __init__(self) -> None:
        self.rows: dict[Get, Any] = {}
        self.ranges: dict[Base, tuple[Range, list[Any]]] = {}
        self.counts: dict[Range, int] = {}
        self.versions: dict[Scope, str] = {}
        self.is_snapshot = False  # is all of it so at one moment?
        self.guessed: set[Get] = set()  # rows that were taken for not there

    def take(self, request: Request, reply: Any) -> None:
        if isinstance(request, Get):
            self.rows[request] = None if reply is None else load(request.table, reply)
        elif request.is_count:
            self.counts[request] = reply
        else:
            table = request.source.table
            self.ranges[base_of(request)] = request, [load(table, each) for each in reply]

    def has(self, request: Request) -> bool:
        if isinstance(request, Get):
            return request in self.rows
        known = self.ranges.get(base_of(request))
        if known is None:
            return request in self.counts
        (*_, limit, _, _), rows = known
        if limit is None or len(rows) < limit:
            return True  # all there are
        return request.limit is not None and request.limit <= limit

    def add(self, other: "Fetched") -> None:
        """Add what is known of a further scope."""
        self.rows.update(other.rows)
        self.ranges.update(other.ranges)
        self.versions.update(other.versions)

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
        for base, (wanted, rows) in self.ranges.items():
            if scope_of(wanted) != scope or wanted.source is HISTORY:
                continue  # the whole conversation is read once a turn: too much to be kept
            with suppress(Miss):  # where rows beyond the limit would be needed
                is_old = wanted.source.table not in tx.changes
                known.ranges[base] = wanted, rows if is_old else tx.rows(wanted)
        return known


class Reading:
    """`transaction.Reader` over what was fetched, for one run of a verb."""

    def __init__(
        self,
        fetched: Fetched,
        *,
        kept: Callable[[Scope], Fetched | None] | None = None,
        guesses: bool = False,
    ) -> None:
        self._fetched = fetched
        self._kept = kept
        self._guesses = guesses
        self.scopes: set[Scope] = set()  # that the verb decided on
        self.looked_at: set[Get] = set()  # rows of no scope

    def expect(self, requests: Sequence[Request]) -> None:
        self._need([request for request in requests if not self._has(request)])

    def get(self, table: Table[R], keys: Sequence[Key], *, is_new: bool = False) -> list[R | None]:
        requests = [Get(table, key) for key in keys]
        self._need([each for each in requests if not self._has(each, is_new=is_new)])
        for request in requests:
            scope = table.scope_of_key(request.key)
            if scope is not None:
                self.scopes.add(scope)
            elif not table.counters:
                self.looked_at.add(request)
        return [self._fetched.rows[request] for request in requests]

    def range(self, wanted: Range) -> list[Any]:
        all_of_it = wanted._replace(limit=None, is_reversed=False)
        if wanted.is_reversed and self._fetched.has(all_of_it):
            return self.range(all_of_it)[::-1][: wanted.limit]
        if not self._fetched.has(wanted):
            self._need([wanted])
        self._look(wanted)
        _, rows = self._fetched.ranges[base_of(wanted)]
        return rows[: wanted.limit]

    def count(self, wanted: Range) -> int:
        counted = wanted._replace(is_count=True)
        if not self._fetched.has(wanted) and counted not in self._fetched.counts:
            self._need([counted])
        self._look(wanted)
        known = self._fetched.ranges.get(base_of(wanted))
        return self._fetched.counts[counted] if known is None else len(known[1])

    def _look(self, wanted: Range) -> None:
        scope = wanted.source.scope_of(wanted.part)
        if scope is not None:
            self.scopes.add(scope)

    def _has(self, request: Request, *, is_new: bool = False) -> bool:
        return self._fetched.has(request) or self._guess(request, is_new=is_new)

    def _guess(self, request: Request, *, is_new: bool) -> bool:
        """That there is no such row: the commit is refused where there is."""
        if not self._guesses or not isinstance(request, Get):
            return False
        if not (is_new or request.table.is_mostly_new):
            return False
        self._fetched.rows[request] = None
        self._fetched.guessed.add(request)
        return True

    def _need(self, missing: Sequence[Request]) -> None:
        """From what is kept of its scope, or else of the server, with what every verb on that scope
        looks at."""
        if not missing:
            return
        wanted = dict.fromkeys(missing)
        for scope in {scope_of(request) for request in missing}:
            if scope is None or self._kept is None or scope in self._fetched.versions:
                continue
            kept = self._kept(scope)
            if kept is None:
                wanted.update(dict.fromkeys(eager(scope)))
            else:
                self._fetched.add(kept)
                self._fetched.is_snapshot = False
        requests = [request for request in wanted if not self._fetched.has(request)]
        if requests:
            raise Miss(requests)


def base_of(wanted: Range) -> Base:
    """All but its limit."""
    return wanted[:5] + wanted[6:7]


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


def scope_of(request: Request) -> Scope | None:
    if isinstance(request, Get):
        return request.table.scope_of_key(request.key)
    return request.source.scope_of(request.part)
