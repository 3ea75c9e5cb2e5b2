"""The failures of SQLite in our words: one table."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from snapthread.errors import SnapthreadError, StoreBusy, StoreDamaged, StoreFull

LOCKED: Final = "the store is locked by another process"
BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
CLOSED: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the store cannot be made: {error}") from error
    except sqlite3.DatabaseError as error:
        failure = ours(error)
        if failure is None:
            raise
        raise failure from error


def ours(error: sqlite3.DatabaseError) -> SnapthreadError | None:
    """None for what is a mistake of ours."""
    code = _code(error)
    if code in BUSY:
        return StoreBusy(LOCKED)
    if code in FULL:
        return StoreFull(f"the store cannot be written: {error}; free some disk")
    if code in CLOSED:
        return StoreFull(f"the store cannot be opened for writing: {error}")
    if code in DAMAGED:
        return StoreDamaged(
            f"the store's file is damaged: {error};"
            " stop the bot, keep the file aside, and restore a backup"
        )
    return None


def is_busy(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in BUSY


def _code(error: sqlite3.DatabaseError) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
