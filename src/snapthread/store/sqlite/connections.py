"""Connections to the file, which is brought to this version first, and how a transaction begins."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from snapthread.errors import StoreBusy, StoreDenied, StoreMissing
from snapthread.store.schema import VERSION
from snapthread.store.sqlite.failures import our_errors
from snapthread.store.sqlite.file.access import alone, has_content, make_private
from snapthread.store.sqlite.migrations import bring_to_version, version_of

BUSY_TIMEOUT_S = 5.0  # commands run beside the bot; their transactions are short
STATEMENTS_KEPT: Final = 512  # prepared; there are about two hundred


def connect_writer(path: Path | str, *, create: bool) -> sqlite3.Connection:
    """Raises StoreMissing where it is not there and not to be made, and what `our_errors` does."""
    if not create and not has_content(Path(path)):
        raise StoreMissing(f"there is no store at {path}: `snapthread run` makes it")
    with our_errors():
        if not create:
            _refuse_to_change_beneath(Path(path))
        if isinstance(path, Path):
            make_private(path)
        db = _connect(path)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # NORMAL can lose hours at a power cut
            bring_to_version(db, path)
            db.execute("PRAGMA busy_timeout = 0")  # who waits for another process says so
        except BaseException:
            db.close()
            raise
    return db


def connect_reader(path: Path | str) -> sqlite3.Connection:
    with our_errors():
        db = _connect(path)
        db.execute("PRAGMA query_only = ON")
        return db


def begin_at_once(db: sqlite3.Connection) -> bool:
    """False where another process holds the store."""
    try:
        with our_errors():
            db.execute("BEGIN IMMEDIATE")
    except StoreBusy:
        return False
    return True


def begin(db: sqlite3.Connection) -> None:
    """Wait for another process as long as its transaction may take."""
    if not begin_at_once(db):
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
        try:
            db.execute("BEGIN IMMEDIATE")
        finally:
            db.execute("PRAGMA busy_timeout = 0")


def check(db: sqlite3.Connection) -> None:
    """The lock that writing needs, and a page of the file."""
    with our_errors():
        begin(db)
        try:
            version_of(db)
        finally:
            db.execute("ROLLBACK")


def _connect(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
    )


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
