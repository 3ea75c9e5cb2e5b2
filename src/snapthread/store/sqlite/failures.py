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
DAMAGED_TOLD: Final = (
    "the store's file is damaged: {}; stop the bot, keep the file aside, and restore a backup"
)
FAILURES: Final[tuple[tuple[tuple[int, ...], type[SnapthreadError], str], ...]] = (
    (BUSY, StoreBusy, LOCKED),
    (FULL, StoreFull, "the store cannot be written: {}; free some disk"),
    (CLOSED, StoreFull, "the store cannot be opened for writing: {}"),
    (DAMAGED, StoreDamaged, DAMAGED_TOLD),
)


@contextmanager
def our_errors() -> Iterator[None]:
    """A failure that is not in the table is a mistake of ours, and stays as it is."""
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the store cannot be made: {error}") from error
    except sqlite3.DatabaseError as error:
        for codes, failure, told in FAILURES:
            if _code(error) in codes:
                raise failure(told.format(error)) from error
        raise


def is_busy(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in BUSY


def _code(error: sqlite3.DatabaseError) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
