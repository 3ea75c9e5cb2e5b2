"""Verbs in the transactions of one connection."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import Any, Final

from snapthread.concurrency.batching import CallResult
from snapthread.errors import StoreBusy
from snapthread.store.sqlite.connections import patient
from snapthread.store.sqlite.failures import our_errors
from snapthread.store.sqlite.rows import Rows
from snapthread.store.transaction import Transaction

CHECKPOINT_PAGES: Final = 1000  # SQLite's own

Verb = Callable[[Transaction], Any]


class Connection:
    """A connection, and verbs run in its transactions. `begin`: the statement that begins one; for
    writing it takes the lock that others wait for."""

    def __init__(self, db: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> None:
        self.db = db
        self._begin = begin
        self._rows = Rows(db)

    def decide_now(self, verb: Verb, *, may_lag: bool) -> Any:
        """One verb, up to its commit: where that has to wait for the disk, it is left to be made.
        Raises StoreBusy at once where another process holds the store."""
        with self._lagging() if may_lag else nullcontext(), self._undone_on_failure():
            self.db.execute(self._begin)
            before = self.db.total_changes
            result, error = self._decided(verb)
            if error is not None:
                raise error
            if may_lag or self.db.total_changes == before:
                self.db.execute("COMMIT")
            return result

    def commit(self) -> None:
        """Commit what a verb on the loop has left open."""
        with self._undone_on_failure():
            self.db.execute("COMMIT")

    def decide(self, verbs: Sequence[Verb]) -> list[CallResult]:
        """Run verbs in one transaction: one wait for the disk for all.

        A verb that fails has written nothing yet, and is no part of it. Where the transaction
        itself fails, each verb is tried alone, so that none fails for what another wrote.
        """
        try:
            return self._decide_patiently(verbs)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            if len(verbs) == 1 or isinstance(error, StoreBusy):
                return [(None, error)] * len(verbs)
        return [result for verb in verbs for result in self.decide([verb])]

    def _decide_patiently(self, verbs: Sequence[Verb]) -> list[CallResult]:
        """At once, where no other process holds the store; else once more, when it is free."""
        with suppress(StoreBusy):
            return self._decide_together(verbs)
        with patient(self.db):
            return self._decide_together(verbs)

    def _decide_together(self, verbs: Sequence[Verb]) -> list[CallResult]:
        with self._undone_on_failure():
            self.db.execute(self._begin)
            results = [self._decided(verb) for verb in verbs]
            self.db.execute("COMMIT")
            return results

    def _decided(self, verb: Verb) -> CallResult:
        tx = Transaction(self._rows)
        try:
            result = verb(tx)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            return None, error
        self._rows.write(tx)
        return result, None

    @contextmanager
    def _lagging(self) -> Iterator[None]:
        """Commit without waiting for the disk: it outlives the process at once, and a power cut
        from the next commit on. A checkpoint would be made here, on the loop: it is left to that
        commit too."""
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield
        finally:
            self.db.execute("PRAGMA synchronous = FULL")
            self.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._rows.cache.clear()  # what was read of it may never have been
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            with our_errors():
                raise
