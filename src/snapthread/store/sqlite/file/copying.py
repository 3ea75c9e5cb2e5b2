"""Copies of the file and of what belongs to it: whole under their name, or not there."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from snapthread.errors import BackupRefused
from snapthread.store.sqlite.file.access import create_private, opened

PARTIAL: Final = ".partial"
BESIDE: Final = ("-wal", "-shm", "-journal")  # files that belong to a database


@contextmanager
def partial_beside(target: Path) -> Iterator[Path]:
    """A file beside the target that is gone afterwards, unless it has become the target."""
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    create_private(partial)
    try:
        yield partial
    finally:
        for end in ("", *BESIDE):
            partial.with_name(partial.name + end).unlink(missing_ok=True)


def put(partial: Path, target: Path, *, replace: bool) -> None:
    """Put a file durably under its name; never over one that came meanwhile."""
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    if replace:
        partial.replace(target)
    else:
        try:
            os.link(partial, target)
        except FileExistsError:
            raise BackupRefused(f"{target} exists: name another file, or say --replace") from None
    with suppress(OSError):  # a file system that cannot
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def move_aside(store: Path, aside: Path) -> None:
    """Move a file with what belongs to it: another database must not find that."""
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            store.with_name(store.name + end).rename(aside.with_name(aside.name + end))


def copy_database(source: Path, target: Path) -> None:
    with closing(opened(source)) as db:
        save(db, target)


def save(db: sqlite3.Connection, target: Path) -> None:
    """Copy a database into one file that needs no other beside it."""
    if not target.exists():
        create_private(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
