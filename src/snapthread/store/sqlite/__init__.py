"""The store on SQLite: one file, one writer thread, each verb one transaction (decision 0002)."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from snapthread.errors import StoreBusy, StoreFull
from snapthread.limits import SEEN_S
from snapthread.model import Installation
from snapthread.store.codec import seconds
from snapthread.store.sqlite import (
    accepting,
    conversation,
    finishing,
    inbox,
    jumping,
    leaving,
    ledger,
    mailbox,
    people,
    quotas,
    records,
    uploads,
)
from snapthread.store.sqlite.schema import migrate

BUSY_TIMEOUT_S = 5.0  # commands run beside the bot; their transactions are short

P = ParamSpec("P")
T = TypeVar("T")


def _verb(
    function: Callable[Concatenate[sqlite3.Connection, P], T],
) -> Callable[Concatenate["SqliteStore", P], Coroutine[Any, Any, T]]:
    """What a function does with a connection, as a method that does it in one transaction."""

    @wraps(function)
    async def method(self: "SqliteStore", /, *args: P.args, **kw: P.kwargs) -> T:
        return await self._do(function, *args, **kw)

    return method


def _installation(db: sqlite3.Connection) -> Installation:
    db.executemany(
        "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)",
        [("installation", secrets.token_hex(4)), ("secret", secrets.token_bytes(32))],
    )
    rows = db.execute("SELECT key, value FROM meta WHERE key IN ('installation', 'secret')")
    meta = {row["key"]: row["value"] for row in rows}
    return Installation(id=meta["installation"], secret=meta["secret"])


def _tidy(db: sqlite3.Connection, now: datetime) -> int:
    old = db.execute("DELETE FROM seen WHERE at <= ?", (seconds(now) - SEEN_S,)).rowcount
    db.execute("DELETE FROM pauses WHERE until <= ?", (seconds(now),))
    old += db.execute("DELETE FROM marks WHERE until <= ?", (seconds(now),)).rowcount
    return old + quotas.tidy(db, now) + records.tidy(db, now)


def _check(db: sqlite3.Connection) -> None:
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('checked', 1)")


class SqliteStore:
    """`ports.Store` on one SQLite file, or in memory with the path ":memory:"."""

    def __init__(self, db: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._thread = thread

    @classmethod
    async def open(cls, path: Path | str) -> Self:
        """Open or make the store; raises StoreBusy, StoreFull, StoreTooNew."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        loop = asyncio.get_running_loop()
        try:
            db = await loop.run_in_executor(thread, _connect, path)
        except BaseException:
            thread.shutdown()
            raise
        return cls(db, thread)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()

    async def _do(
        self, verb: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        call = partial(_transaction, self._db, partial(verb, self._db, *args, **kw))
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    # ------------------------------------------------------------ the store itself

    installation = _verb(_installation)
    take_job = _verb(leaving.take_job)
    start_cooldown = _verb(inbox.start_cooldown)
    tidy = _verb(_tidy)
    check = _verb(_check)

    # ------------------------------------------------------------ mailboxes

    accept = _verb(accepting.accept)
    claim = _verb(mailbox.claim)
    renew = _verb(mailbox.renew)
    release = _verb(mailbox.release)
    take_stragglers = _verb(mailbox.take_stragglers)
    urgent_commands = _verb(mailbox.urgent_commands)
    next_wake = _verb(mailbox.next_wake)
    poll_changes = _verb(inbox.poll_changes)
    waiting = _verb(inbox.waiting)
    dead_letters = _verb(inbox.dead_letters)
    replay = _verb(inbox.replay)
    count_waiting = _verb(mailbox.count_waiting)

    # ------------------------------------------------------------ conversations

    compose = _verb(conversation.compose)
    shorten = _verb(conversation.shorten)
    finish = _verb(finishing.finish)
    reset = _verb(jumping.reset)
    complete_command = _verb(jumping.complete_command)
    note_stream = _verb(finishing.note_stream)
    stop = _verb(jumping.stop)
    enqueue = _verb(finishing.enqueue)
    mark_sent = _verb(finishing.mark_sent)
    drop_outbox = _verb(finishing.drop_outbox)

    # ------------------------------------------------------------ the ledger

    intend = _verb(uploads.intend)
    record_upload = _verb(uploads.record_upload)
    fail_upload = _verb(uploads.fail_upload)
    label_of = _verb(ledger.label_of)
    files_due = _verb(ledger.files_due)
    intents_due = _verb(ledger.intents_due)
    retire = _verb(ledger.retire)
    files_by_id = _verb(ledger.files_by_id)
    replace_file = _verb(ledger.replace_file)
    delete_file = _verb(ledger.delete_file)
    retry_later = _verb(ledger.retry_later)
    retire_leaving = _verb(leaving.retire_leaving)
    count_remaining = _verb(leaving.count_remaining)
    make_room = _verb(leaving.make_room)
    forget = _verb(leaving.forget)
    borrow = _verb(leaving.borrow)
    unknown_files = _verb(leaving.unknown_files)
    retire_stranded = _verb(leaving.retire_stranded)
    count_unsettled = _verb(leaving.count_unsettled)
    live_after = _verb(leaving.live_after)

    # ------------------------------------------------------------ people

    erase = _verb(people.erase)
    files_of = _verb(people.files_of)
    bytes_of = _verb(people.bytes_of)
    export = _verb(people.export)
    adopt = _verb(people.adopt)
    note_blocked = _verb(people.note_blocked)
    blocked_before = _verb(people.blocked_before)
    user_files = _verb(ledger.user_files)

    # ------------------------------------------------------------ quotas and records

    reserve = _verb(quotas.reserve)
    revise = _verb(quotas.revise)
    settle_stale = _verb(quotas.settle_stale)
    spent = _verb(quotas.spent)
    note_delivered = _verb(records.note_delivered)
    usage = _verb(records.usage)
    records_after = _verb(records.records_after)


def _connect(path: Path | str) -> sqlite3.Connection:
    with _our_errors():
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    with _our_errors():
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # NORMAL can lose hours at a power cut
        db.execute("PRAGMA foreign_keys = ON")
    _transaction(db, partial(migrate, db))


def _transaction(db: sqlite3.Connection, verb: Callable[[], T]) -> T:
    with _our_errors():
        db.execute("BEGIN IMMEDIATE")
        try:
            result = verb()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the store cannot be made: {error}") from error
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL):
            raise StoreBusy("the store is locked by another process") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StoreFull(f"the store cannot be written: {error}; free some disk") from error
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise StoreFull(f"the store cannot be opened for writing: {error}") from error
        raise
