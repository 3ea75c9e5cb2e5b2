"""Verbs in transactions of one connection: the one that writes, and the one that only reads."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from snapthread.concurrency.batching import CallResult, result_of
from snapthread.errors import StoreBusy
from snapthread.store.sqlite.connections import begin, begin_at_once
from snapthread.store.sqlite.failures import our_errors
from snapthread.store.sqlite.kept import Kept
from snapthread.store.sqlite.rows import Rows, write
from snapthread.store.transaction import Transaction
from snapthread.store.verb import ANY, Kind

CHECKPOINT_PAGES: Final = 1000  # SQLite's own

Verb = Callable[[Transaction], Any]


class Begun(NamedTuple):
    """The result of a verb, and the commit that it waits for."""

    result: Any
    commit: Callable[[], None] | None = None


class Connection:
    """A connection that only reads: each verb sees the store as it is when its turn comes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def begin(self, verb: Verb, _: Kind = ANY) -> Begun | None:
        """One, up to its commit. None: others hold the store, and to wait is the thread's."""
        with our_errors():
            self.db.execute("BEGIN")
            try:
                return Begun(verb(Transaction(Rows(self.db))))
            finally:
                self.db.execute("COMMIT")

    def decide(self, verbs: Sequence[Verb]) -> list[CallResult]:
        """Each as if it were alone."""
        ends = [result_of(self.begin, verb) for verb in verbs]
        return [(begun and begun.result, error) for begun, error in ends]


class Writer(Connection):
    """The connection that writes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db)
        self._kept = Kept()

    def begin(self, verb: Verb, kind: Kind = ANY) -> Begun | None:
        if kind.may_lag:
            return self._lagging(verb)
        if not begin_at_once(self.db):
            return None
        with self._undone_on_failure():
            tx = Transaction(Rows(self.db, self._kept))
            result = verb(tx)
            if tx.writes:
                write(self.db, tx, self._kept)
                return Begun(result, self._commit)
            self.db.execute("COMMIT")  # of nothing
            return Begun(result)

    def _lagging(self, verb: Verb) -> Begun | None:
        """With its commit, which outlives the process at once, and a power cut from the next
        commit on. A checkpoint would be made here, on the loop: it is left to that commit too."""
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            begun = self.begin(verb)
            if begun is not None and begun.commit is not None:
                begun.commit()
            return begun and Begun(begun.result)
        finally:
            self.db.execute("PRAGMA synchronous = FULL")
            self.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    def decide(self, verbs: Sequence[Verb]) -> list[CallResult]:
        """In one transaction: one wait for the disk for all.

        A verb that fails has written nothing yet, and is no part of it. Where the transaction
        itself fails, each verb is tried alone, so that none fails for what another wrote.
        """
        try:
            return self._in_one_transaction(verbs)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            if len(verbs) == 1 or isinstance(error, StoreBusy):
                return [(None, error)] * len(verbs)
        return [outcome for verb in verbs for outcome in self.decide([verb])]

    def _in_one_transaction(self, verbs: Sequence[Verb]) -> list[CallResult]:
        with self._undone_on_failure():
            begin(self.db)
            results = [self._decided(verb) for verb in verbs]
            self.db.execute("COMMIT")
            return results

    def _decided(self, verb: Verb) -> CallResult:
        tx = Transaction(Rows(self.db, self._kept))
        try:
            result = verb(tx)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            return None, error
        write(self.db, tx, self._kept)
        return result, None

    def _commit(self) -> None:
        with self._undone_on_failure():
            self.db.execute("COMMIT")

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        try:
            with our_errors():
                yield
        except BaseException:
            self._kept.clear()  # what was read of it may never have been
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
