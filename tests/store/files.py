"""The store's file, seen from beside the store."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def file_of(folder: Path) -> Path:
    return folder / "snapthread.db"


def version_of(folder: Path) -> int:
    db = sqlite3.connect(file_of(folder))
    (version,) = db.execute("PRAGMA user_version").fetchone()
    db.close()
    return int(version)


@contextmanager
def held_locked(folder: Path, *, for_s: float | None = None) -> Iterator[None]:
    """Another process writes: as long as the block runs, or for a moment."""
    db = sqlite3.connect(file_of(folder), isolation_level=None, check_same_thread=False)
    db.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(for_s, db.rollback) if for_s is not None else None
    if timer is not None:
        timer.start()
    try:
        yield
    finally:
        if timer is not None:
            timer.join()
        db.rollback()
        db.close()
