"""Access to the file: nobody else's eyes, and where it is asked for, nobody else at all."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from snapthread.store.sqlite.failures import is_busy

LOCK_S: Final = 5.0
IN_USE_S: Final = 1.0


def has_content(path: Path) -> bool:
    """Is there more than a file without a byte, which whoever mounted it may have made?"""
    return path.exists() and (path.is_dir() or path.stat().st_size > 0)


def make_private(path: Path) -> None:
    """Messages are nobody else's business: 0700 and 0600. A folder is ours where we make it, or
    where nothing is in it but the store."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if all(each.name.startswith(path.name) for each in path.parent.iterdir()):
        path.parent.chmod(0o700)
    if not path.is_dir():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)


def create_private(path: Path) -> None:
    """Make an empty file that only its owner can read, from the first instant."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def opened(file: Path) -> sqlite3.Connection:
    """A connection to a file that is there. It may write, though nobody does: whoever closes it
    last then removes what SQLite keeps beside it."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=LOCK_S)


@contextmanager
def alone(store: Path, refused: Exception) -> Iterator[sqlite3.Connection]:
    """The store, locked against everybody. Who has it open in WAL mode, a bot that idles too,
    keeps SQLite from leaving that mode: so nothing needs to be written down of who runs.
    `refused`: raised where somebody has it open."""
    with closing(sqlite3.connect(store, isolation_level=None, timeout=IN_USE_S)) as db:
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            (mode,) = db.execute("PRAGMA journal_mode = DELETE").fetchone()
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise refused from error
            raise
        if mode != "delete":
            raise refused
        yield db
