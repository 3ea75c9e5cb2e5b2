"""Connections to the file, which is brought to this version first."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from snapthread.errors import StoreMissing
from snapthread.store.sqlite.failures import our_errors
from snapthread.store.sqlite.file.access import has_content, make_private
from snapthread.store.sqlite.migrations import bring_to_version, refuse_beneath_an_older_bot

BUSY_TIMEOUT_S = 5.0  # commands run beside the bot; their transactions are short
STATEMENTS_KEPT: Final = 512  # prepared; there are about two hundred


def connect_writer(path: Path | str, *, create: bool) -> sqlite3.Connection:
    """A connection that writes. Raises StoreMissing where the file is not there and not to be made,
    and what `our_errors` does."""
    if not create and not has_content(Path(path)):
        raise StoreMissing(f"there is no store at {path}: `snapthread run` makes it")
    with our_errors():
        if not create:
            refuse_beneath_an_older_bot(Path(path))
        if isinstance(path, Path):
            make_private(path)
        db = connect(path)
        try:
            with patient(db):
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")  # NORMAL can lose hours at a power cut
                bring_to_version(db, path)
        except BaseException:
            db.close()
            raise
    return db


def connect_reader(path: Path | str) -> sqlite3.Connection:
    with our_errors():
        db = connect(path)
        db.execute("PRAGMA query_only = ON")
        return db


def connect(path: Path | str) -> sqlite3.Connection:
    """A connection that waits for no other process, but where it is `patient`."""
    return sqlite3.connect(
        path,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
    )


@contextmanager
def patient(db: sqlite3.Connection) -> Iterator[None]:
    """Wait for another process as long as its transaction may take."""
    db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")
    try:
        yield
    finally:
        db.execute("PRAGMA busy_timeout = 0")
