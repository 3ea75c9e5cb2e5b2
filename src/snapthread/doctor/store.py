"""The store: is it there, ours, durable, whole, and nobody else's to read?"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, closing
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.errors import SnapthreadError
from snapthread.limits import MEGABYTE
from snapthread.store.sqlite.file.backup import BACKUP_FACT

QUICK_CHECK_MB: Final = 256  # a larger file takes longer than who asks the doctor waits
BACKUP_OLD_DAYS: Final = 7
DURABILITY: Final = "store.durability"


class Opened(Protocol):
    async def check(self) -> None: ...


async def check_server(
    open_store: Callable[[], AbstractAsyncContextManager[Opened]],
) -> list[Check]:
    """On Redis or Valkey: opening it looks at version, durability and rights by itself."""
    try:
        async with open_store() as store:
            await store.check()
    except SnapthreadError as error:
        return [broken(DURABILITY, f"{error}.")]
    return [good(DURABILITY, "The server keeps what it takes, and can be written.")]


async def check_file(path: Path, *, version: int) -> list[Check]:
    """On SQLite; `version`: of the tables as this version of the bot makes them."""
    return await asyncio.to_thread(_check_file, path, version)


def _check_file(path: Path, version: int) -> list[Check]:
    if not path.exists():
        return [_not_yet(path)]
    size_mb = path.stat().st_size / MEGABYTE
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            looked = [_version(db, version), _durability(db, size_mb)]
    except sqlite3.Error:
        return [broken(DURABILITY, "The file cannot be read as a store: restore a backup.")]
    return [*looked, good("store.size", f"{size_mb:.1f} MB"), _permissions(path)]


def _not_yet(path: Path) -> Check:
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return broken("store.permissions", "DATA_DIR cannot be written by this user.")
    return warning(DURABILITY, "There is no store yet: `snapthread run` makes it.")


def _version(db: sqlite3.Connection, ours: int) -> Check:
    name, (theirs,) = "store.version", db.execute("PRAGMA user_version").fetchone()
    if theirs > ours:
        return broken(name, "A newer version wrote it: update Snapthread, or restore a backup.")
    if theirs < ours:
        return warning(name, f"Version {theirs} of {ours}: the next start brings it up to date.")
    return good(name, f"Version {theirs}")


def _durability(db: sqlite3.Connection, size_mb: float) -> Check:
    (mode,) = db.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        return broken(DURABILITY, "It has no write-ahead log: is DATA_DIR on a network's disk?")
    if size_mb <= QUICK_CHECK_MB:
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            return broken(DURABILITY, "The file is damaged: stop the bot and restore a backup.")
    return good(DURABILITY, "Every step is on the disk before it counts (WAL, FULL).")


def _permissions(path: Path) -> Check:
    name = "store.permissions"
    if not os.access(path, os.R_OK | os.W_OK) or not os.access(path.parent, os.W_OK | os.X_OK):
        return broken(name, "This user cannot write it: whose is DATA_DIR?")
    is_open = path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o077
    if is_open:
        return warning(
            name, "Others on this machine can read the conversations: chmod 700 DATA_DIR."
        )
    return good(name, "Only its owner can read it.")


def check_deletions(failing: int) -> list[Check]:
    """Nothing to tell while all goes its way."""
    if not failing:
        return []
    told = "1 file" if failing == 1 else f"{failing} files"
    why = "is OPENAI_BASE_URL another server than the one that took them, or may the key not delete"
    return [
        warning(
            "store.deletions",
            f"{told} could not be deleted so far: {why}? Each is tried hourly, and given up once it"
            " has expired there; what has no expiry is to be deleted there by hand.",
        )
    ]


async def last_backup(path: Path) -> datetime | None:
    """As `snapthread backup` wrote it down."""
    return await asyncio.to_thread(_last_backup, path)


def _last_backup(path: Path) -> datetime | None:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT value FROM meta WHERE key = ?", (BACKUP_FACT,)).fetchone()
        return datetime.fromisoformat(found[0]) if found else None
    except (sqlite3.Error, ValueError):
        return None


def check_backup(last: datetime | None, now: datetime) -> Check:
    name = "store.backup"
    if last is None:
        return warning(name, "`snapthread backup` has never been run on it.")
    days = (now - last).days
    if days > BACKUP_OLD_DAYS:
        return warning(name, f"The last backup is {days} days old.")
    return good(name, f"The last backup is {days} days old.")
