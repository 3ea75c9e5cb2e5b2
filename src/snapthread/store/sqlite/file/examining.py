"""A file of the store looked through: is it whole, and of which bot?"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from snapthread.errors import BackupRefused, StoreBusy
from snapthread.store.sqlite.failures import LOCKED, is_busy
from snapthread.store.sqlite.file.access import opened


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """A file that was looked through and is whole."""

    file: str
    size_bytes: int
    version: int
    installation: str


def examine(file: Path) -> StoreFile:
    """Look a whole file through; raises BackupRefused where it is no store, or not whole."""
    if not file.is_file():
        raise BackupRefused(f"there is no file {file}")
    try:
        with closing(opened(file)) as db:
            (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            found = db.execute("SELECT value FROM meta WHERE key = 'installation'").fetchone()
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise StoreBusy(LOCKED) from error
        raise BackupRefused(f"{file} is no store of Snapthread") from error
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is damaged, or no store of Snapthread") from error
    if said != "ok":
        raise BackupRefused(f"{file} is damaged: SQLite's integrity check failed")
    if not version or found is None:
        raise BackupRefused(f"{file} is no store of Snapthread that was ever used")
    return StoreFile(
        file=str(file),
        size_bytes=file.stat().st_size,
        version=version,
        installation=str(found[0]),
    )


def is_database(file: Path) -> bool:
    try:
        with closing(opened(file)) as db:
            db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        return True  # locked, or damaged further in: for the lock to decide
    except sqlite3.DatabaseError:
        return False
    return True
