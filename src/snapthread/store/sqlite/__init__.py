"""The store on SQLite: one file, one writer thread, readers beside it (decisions 0002, 0018)."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from snapthread.errors import StoreBusy, StoreDenied, StoreMissing
from snapthread.ports import Blobs, Clock
from snapthread.store.folder import FolderBlobs, images_of
from snapthread.store.schema import VERSION
from snapthread.store.sqlite.backup import alone
from snapthread.store.sqlite.failures import our_errors
from snapthread.store.sqlite.migrations import bring_to_version, version_of
from snapthread.store.sqlite.statements import Kept, Rows, write
from snapthread.store.sqlite.thread import Begun, ConnectionThread, Outcome, Verb
from snapthread.store.transaction import Transaction
from snapthread.store.verb import ANY, Kind

BUSY_TIMEOUT_S = 5.0  # commands run beside the bot; their transactions are short
STATEMENTS_KEPT: Final = 512  # prepared; there are about two hundred
IN_MEMORY: Final = ":memory:"

T = TypeVar("T")


class SqliteBackend:
    """`verb.Backend` on one SQLite file, or in memory with the path ":memory:"."""

    def __init__(
        self, path: Path | str, writer: ConnectionThread, reader: ConnectionThread
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, path: Path | str, *, create: bool = True) -> Self:
        """Open the store, or make it; raises StoreBusy, StoreFull, StoreTooNew, StoreDamaged, and
        StoreMissing where it is not there and not to be made."""
        connect, kept = partial(_connect_writer, path, create=create), Kept()
        writer = await ConnectionThread.open(
            "store", connect, partial(written, kept), partial(begun, kept)
        )
        if path == IN_MEMORY:
            return cls(path, writer, writer)
        try:
            connect = partial(_connect_reader, path)
            reader = await ConnectionThread.open("store-reads", connect, read, read_at_once)
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, reader)

    async def write(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        return await self._writer.verb(verb, kind)

    async def read(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        return await self._reader.verb(verb, kind)

    async def check(self) -> None:
        await self._writer.run(_check, self._writer.db)

    def blobs(self, clock: Clock) -> Blobs:
        assert self._path != IN_MEMORY, "images lie beside a file"
        return FolderBlobs(images_of(Path(self._path)), clock)

    async def close(self) -> None:
        if self._reader is not self._writer:
            await self._reader.close()
        await self._writer.close()  # the last: it leaves one file


# ---------------------------------------------------------------- one transaction


def begun(kept: Kept, db: sqlite3.Connection, verb: Verb, kind: Kind) -> Begun | None:
    """One verb up to its commit; None where another process holds the store."""
    if kind.may_lag:
        return _not_waiting_for_the_disk(kept, db, verb)
    if not _has_begun(db):
        return None
    try:
        with our_errors():
            tx = Transaction(Rows(db, kept))
            result = verb(tx)
            if tx.writes:
                write(db, tx)
                return result, partial(_commit, kept)
            db.execute("COMMIT")  # of nothing
    except BaseException:
        _roll_back(kept, db)
        raise
    return result, None


def _not_waiting_for_the_disk(kept: Kept, db: sqlite3.Connection, verb: Verb) -> Begun | None:
    """One verb and its commit, which outlives the process at once, and a power cut from the next
    commit on."""
    db.execute("PRAGMA synchronous = NORMAL")
    try:
        made = begun(kept, db, verb, ANY)
        if made is None:
            return None
        result, commit = made
        if commit is not None:
            commit(db)
        return result, None
    finally:
        db.execute("PRAGMA synchronous = FULL")


def _has_begun(db: sqlite3.Connection) -> bool:
    try:
        with our_errors():
            db.execute("BEGIN IMMEDIATE")
    except StoreBusy:
        return False
    return True


def _commit(kept: Kept, db: sqlite3.Connection) -> None:
    try:
        with our_errors():
            db.execute("COMMIT")
    except BaseException:
        _roll_back(kept, db)
        raise


def _roll_back(kept: Kept, db: sqlite3.Connection) -> None:
    kept.clear()  # what was read of it may never have been
    if db.in_transaction:
        db.execute("ROLLBACK")


def written(kept: Kept, db: sqlite3.Connection, verbs: Sequence[Verb]) -> list[Outcome]:
    """Verbs that waited at the same moment, in one transaction: one wait for the disk for all.

    A verb that fails has written nothing yet, and is no part of it. Where the transaction itself
    fails, each verb is tried alone, so that none fails for what another wrote.
    """
    try:
        with our_errors():
            return _in_one_transaction(kept, db, verbs)
    except Exception as error:  # noqa: BLE001 - raised where it is waited for
        if len(verbs) == 1 or isinstance(error, StoreBusy):
            return [(None, error)] * len(verbs)
    return [outcome for verb in verbs for outcome in written(kept, db, [verb])]


def _in_one_transaction(kept: Kept, db: sqlite3.Connection, verbs: Sequence[Verb]) -> list[Outcome]:
    _begin(db)
    try:
        outcomes = [_decided(kept, db, verb) for verb in verbs]
        db.execute("COMMIT")
    except BaseException:
        _roll_back(kept, db)
        raise
    return outcomes


def _begin(db: sqlite3.Connection) -> None:
    """Wait for another process as long as its transaction may take."""
    if not _has_begun(db):
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
        try:
            db.execute("BEGIN IMMEDIATE")
        finally:
            db.execute("PRAGMA busy_timeout = 0")


def _decided(kept: Kept, db: sqlite3.Connection, verb: Verb) -> Outcome:
    tx = Transaction(Rows(db, kept))
    try:
        result = verb(tx)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return None, error
    if tx.writes:
        write(db, tx)
    return result, None


def read(db: sqlite3.Connection, verbs: Sequence[Verb]) -> list[Outcome]:
    """Each as the store is when its turn comes."""
    return [_read(db, verb) for verb in verbs]


def _read(db: sqlite3.Connection, verb: Verb) -> Outcome:
    try:
        with our_errors():
            db.execute("BEGIN")
            try:
                return verb(Transaction(Rows(db, {}))), None
            finally:
                db.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 - as above
        return None, error


def read_at_once(db: sqlite3.Connection, verb: Verb, _: Kind) -> Begun:
    [(result, error)] = read(db, [verb])
    if error is not None:
        raise error
    return result, None


def _check(db: sqlite3.Connection) -> None:
    """The lock that writing needs, and a page of the file."""
    with our_errors():
        _begin(db)
        try:
            version_of(db)
        finally:
            db.execute("ROLLBACK")


# ---------------------------------------------------------------- connections


def _connect_writer(path: Path | str, *, create: bool) -> sqlite3.Connection:
    if not create and not _has_content(Path(path)):
        raise StoreMissing(f"there is no store at {path}: `snapthread run` makes it")
    with our_errors():
        if not create:
            _refuse_to_change_beneath(Path(path))
        if isinstance(path, Path):
            _make_private(path)
        db = _connect(path)
    try:
        with our_errors():
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # NORMAL can lose hours at a power cut
            bring_to_version(db, path)
            db.execute("PRAGMA busy_timeout = 0")  # who waits for another process says so
    except BaseException:
        db.close()
        raise
    return db


def _has_content(path: Path) -> bool:
    """A file without a byte may have been made by whoever mounted it."""
    return path.exists() and (path.is_dir() or path.stat().st_size > 0)


def _refuse_to_change_beneath(path: Path) -> None:
    """A command of a newer version changes no store that an older bot serves from."""
    with closing(_connect(path)) as db:
        version = version_of(db)
    if 0 < version < VERSION:
        told = (
            f"the store has version {version}, and a process of an older Snapthread uses it:"
            f" restart the bot with this one first, which makes it version {VERSION}"
        )
        with alone(path, StoreDenied(told)):
            pass


def _connect_reader(path: Path | str) -> sqlite3.Connection:
    with our_errors():
        db = _connect(path)
        db.execute("PRAGMA query_only = ON")
        return db


def _connect(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
    )


def _make_private(path: Path) -> None:
    """Messages are nobody else's business: 0700 and 0600. A folder is ours where we make it, or
    where nothing is in it but the store."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if all(each.name.startswith(path.name) for each in path.parent.iterdir()):
        path.parent.chmod(0o700)
    if not path.is_dir():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
