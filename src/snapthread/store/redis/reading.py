"""A transaction's reads of the server: what is missing is asked for at once."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from snapthread.store.redis.known import Kept, Known
from snapthread.store.redis.names import row_name, version_name
from snapthread.store.redis.steps import (
    Miss,
    Scope,
    Step,
    Version,
    guard_of,
    scope_of,
    unchanged,
    without_limit,
)
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES_OF
from snapthread.store.schema.queues import OUTBOX, QUEUE
from snapthread.store.schema.usage import RESERVATIONS
from snapthread.store.table import Key, Table
from snapthread.store.transaction import Get, Range, Request, Transaction

R = TypeVar("R", bound=tuple[Any, ...])
MESSAGES_EAGER: Final = 8  # more seldom wait


class Reading:
    """`transaction.Reader` over all that one try at a verb knows, for its runs."""

    def __init__(self, kept: Kept | None = None, *, guesses: bool = False) -> None:
        self._kept = kept
        self._guesses = guesses
        self.known = {"": Known("", "", lasts=False)}  # by its guard
        self.is_sure = True  # was all of it so at one moment, and does the server say so?
        self.begin()

    def begin(self) -> None:
        """The next run."""
        self.reads = 0
        self._decided_on: set[str] = set()  # guards
        self._hinted: set[Get] = set()  # rows of ranges that nothing guards

    # ------------------------------------------------------------ transaction.Reader

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

    def _need(self, requests: Sequence[Request], *, is_new: bool = False) -> dict[Request, Known]:
        """What is not known is asked of the server, with what every verb on that conversation looks
        at."""
        self.reads += 1
        found = {each: known for each in requests if (known := self._find(each, is_new=is_new))}
        if missing := [each for each in requests if each not in found]:
            scopes = {scope_of(each) for each in missing if guard_of(each) not in self.known}
            new = [scope for scope in scopes if scope is not None]
            eagerly = [each for scope in new if self._kept is not None for each in eager(scope)]
            raise Miss([*(Version(version_name(scope)) for scope in new), *missing, *eagerly])
        self._decided_on.update([known.guard for known in found.values()])
        return found

    def _find(self, request: Request, *, is_new: bool = False) -> Known | None:
        """From this try, from before, or by a guess: a row that is mostly new is taken for such."""
        guard = guard_of(request)
        known = self.known.get(guard)
        if known is None and self._kept is not None and (known := self._kept.get(guard)):
            self.known[guard], self.is_sure = known, False
        if known is not None and known.has(request):
            return known
        if not isinstance(request, Get):
            return None
        row = row_name(*request)
        is_guess = self._guesses and (is_new or request.table.is_mostly_new)
        if is_guess and row not in self.known:
            self.known[row], self.is_sure = Known.of_row(request, None), False
        return self.known.get(row)

    # ------------------------------------------------------------ what the server says

    def take(self, requests: Sequence[Request | Version], replies: Sequence[Any]) -> None:
        """All that was known before was so at this moment too."""
        for request, reply in zip(requests, replies, strict=True):
            if isinstance(request, Version):
                self.known[request.guard] = Known.at_version(request.guard, reply)
                continue
            guard = guard_of(request)
            if isinstance(request, Get) and guard not in self.known:
                self.known[guard] = Known.of_row(request, reply)
            else:
                self.known[guard].take(request, reply)
            if self._kept is not None:
                self._kept.note(self.known[guard])
        self.is_sure = True

    # ------------------------------------------------------------ what is to be so still

    def proofs(self) -> list[Step]:
        """All that is known; one that only reads lives with rows of several moments."""
        return [each.step for each in self.known.values() if each.guard and self._kept is not None]

    def guards(self, tx: Transaction) -> list[Step]:
        """What this run decided on, and rows to be changed that only a range without a guard, or
        one from before it, has told of."""
        steps = {guard: self.known[guard].step for guard in self._decided_on if guard}
        for table, changes in tx.changes.items():
            for key, (old, _) in changes.items():
                if old is None:
                    steps.update(self._is_free(Get(table, key)))
                elif not self._is_guarded(Get(table, key), old):
                    steps.setdefault(row_name(table, key), unchanged(table, key, old))
        ceilings = [
            ["at_most", row_name(table, key), column, str(most)]
            for table, key, column, most in tx.ceilings
        ]
        return [*steps.values(), *ceilings]

    def _is_free(self, row: Get) -> dict[str, Step]:
        """The guard of a place in a conversation that is gone: no version tells who took it."""
        guard, name = guard_of(row), row_name(*row)
        is_gone = guard in self._decided_on and not self.known[guard].lasts
        is_guarded_by_it = guard not in ("", name) and not row.table.counters
        return {name: ["is", name, ""]} if is_gone and is_guarded_by_it else {}

    def _is_guarded(self, row: Get, old: Any) -> bool:
        scope = row.table.scope_of(old)
        guard = "" if scope is None else version_name(scope)
        return guard in self._decided_on and self.known[guard].lasts and row not in self._hinted


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
