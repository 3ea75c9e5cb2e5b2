"""The reads of a verb on a server that answers later.

A verb is a plain function that cannot wait. So it is run with what is known; where it asks for a
row that is not known, the run ends with a `Miss`, the row is fetched, and the verb is run again
from its beginning: now it comes further. Most runs have their rows in the cache and never miss.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from snapthread.store.redis.cache import RowCache
from snapthread.store.redis.guarded import GuardedRows
from snapthread.store.redis.names import row_name, version_name
from snapthread.store.redis.steps import (
    Miss,
    Scope,
    ScriptStep,
    Version,
    guard_of,
    scope_of,
    without_limit,
)
from snapthread.store.redis.writes import at_most, unchanged
from snapthread.store.requests import Get, Range, Request
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES_OF
from snapthread.store.schema.queues import OUTBOX_OF, QUEUE
from snapthread.store.schema.usage import RESERVATIONS
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Transaction

R = TypeVar("R", bound=tuple[Any, ...])
MESSAGES_EAGER: Final = 8  # more seldom wait


class Reading:
    """`requests.Reader` for one try at a verb: what is known, for all runs of it.

    `guesses`: where a table's rows are mostly new, take it that there is none, until the commit.
    """

    def __init__(self, cache: RowCache | None = None, *, guesses: bool = False) -> None:
        self._cache = cache  # None: of a verb that only reads
        self._guesses = guesses
        self.known = {"": GuardedRows("", "", is_proof=False)}  # by guard; "": what nothing guards
        self.is_sure = True  # was all of it so at one moment, and does the server say so?
        self.begin()

    def begin(self) -> None:
        """Begin the next run."""
        self.reads = 0
        self._decided_on: set[str] = set()  # guards
        self._hinted: set[Get] = set()  # rows of ranges that nothing guards

    # ------------------------------------------------------------ requests.Reader

    def expect(self, requests: Sequence[Request]) -> None:
        self._need(requests)

    def get(self, table: Table[R], keys: Sequence[Key], *, is_new: bool = False) -> list[R | None]:
        requests = [Get(table, key) for key in keys]
        known = self._need(requests, is_new=is_new)
        return [known[each].rows[each] for each in requests]

    def range(self, wanted: Range) -> list[Any]:
        if wanted.is_reversed:
            all_of_it = wanted._replace(limit=None, is_reversed=False)
            if self._find(all_of_it):
                return self.range(all_of_it)[::-1][: wanted.limit]
        known = self._need([wanted])[wanted]
        _, rows = known.ranges[without_limit(wanted)]
        if not known.guard:
            table = wanted.source.table
            self._hinted.update(Get(table, table.key_of(row)) for row in rows)
        return rows[: wanted.limit]

    def count(self, wanted: Range) -> int:
        if self._find(wanted):
            return len(self.range(wanted))
        counted = wanted._replace(is_count=True)
        number: int = self._need([counted])[counted].rows[counted]
        return number

    # ------------------------------------------------------------ what is known

    def _need(
        self, requests: Sequence[Request], *, is_new: bool = False
    ) -> dict[Request, GuardedRows]:
        """Raises Miss with what is not known, and what each verb on that conversation reads."""
        self.reads += 1
        found = {each: known for each in requests if (known := self._find(each, is_new=is_new))}
        if missing := [each for each in requests if each not in found]:
            scopes = {scope_of(each) for each in missing if guard_of(each) not in self.known}
            new = [scope for scope in scopes if scope is not None]
            eagerly = [each for scope in new if self._cache is not None for each in eager(scope)]
            raise Miss([*(Version(version_name(scope)) for scope in new), *missing, *eagerly])
        self._decided_on.update([known.guard for known in found.values()])
        return found

    def _find(self, request: Request, *, is_new: bool = False) -> GuardedRows | None:
        """The rows that answer a request: of this try, of the cache, or guessed."""
        guard = guard_of(request)
        known = self.known.get(guard)
        if known is None and self._cache is not None and (known := self._cache.get(guard)):
            self.known[guard], self.is_sure = known, False
        if known is not None and known.has(request):
            return known
        if not isinstance(request, Get):
            return None
        row = row_name(*request)
        is_guess = self._guesses and (is_new or request.table.is_mostly_new)
        if is_guess and row not in self.known:
            self.known[row], self.is_sure = GuardedRows.of_row(request, None), False
        return self.known.get(row)

    # ------------------------------------------------------------ what the server says

    def take(self, requests: Sequence[Request | Version], replies: Sequence[Any]) -> None:
        """Take in what the server replied; all that was known before was so at that moment too."""
        for request, reply in zip(requests, replies, strict=True):
            if isinstance(request, Version):
                guard, has_version = request.guard, reply is not None
                self.known[guard] = GuardedRows(guard, reply, is_proof=has_version)
                continue
            guard = guard_of(request)
            if isinstance(request, Get) and guard not in self.known:
                self.known[guard] = GuardedRows.of_row(request, reply)
            else:
                self.known[guard].add(request, reply)
            if self._cache is not None:
                self._cache.note(self.known[guard])
        self.is_sure = True

    # ------------------------------------------------------------ what is to be so still

    def proofs(self) -> list[ScriptStep]:
        """The guards of all that is known. A verb that only reads needs none: it may see rows of
        several moments."""
        return [each.step for each in self.known.values() if each.guard and self._cache is not None]

    def guards(self, tx: Transaction) -> list[ScriptStep]:
        """The guards of this run, and of each row to be changed that none of these is about."""
        steps = {guard: self.known[guard].step for guard in self._decided_on if guard}
        for table, changes in tx.changes.items():
            for key, (old, new) in changes.items():
                if not self._is_guarded(Get(table, key), old or new):
                    steps.setdefault(row_name(table, key), unchanged(table, key, old))
        return [*steps.values(), *map(at_most, tx.ceilings)]

    def _is_guarded(self, request: Get, row: Any) -> bool:
        """Does the version of its conversation guard this row? Not where a range over all
        conversations found it, maybe before that version was read."""
        scope = request.table.scope_of(row)
        guard = "" if scope is None else version_name(scope)
        is_version = guard in self._decided_on and self.known[guard].is_proof
        return is_version and request not in self._hinted


def eager(scope: Scope) -> tuple[Request, ...]:
    """Reads that nearly every verb on a conversation makes, done with its first."""
    return (
        Get(CONVERSATIONS, (scope,)),
        Get(RESERVATIONS, (scope,)),
        Range(OUTBOX_OF, (scope,)),
        Range(QUEUE, (scope, 1)),
        Range(QUEUE, (scope, 0), limit=MESSAGES_EAGER),
        Range(FILES_OF, (scope, "intended")),
        Range(FILES_OF, (scope, "uploaded")),
    )
