"""A copy of the store's file, made beside the running bot; and its way back, where none runs.

SQLite's own backup copies one state of the whole file. Nothing here knows a table but `meta`. The
folder of images that lies beside some stores is copied after it, into a folder beside the copy: an
image that comes or goes meanwhile is put right as one that vanished.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from snapthread.errors import BackupRefused, StoreBusy, StoreFull
from snapthread.store.folder import images_of

LOCK_S: Final = 5.0
IN_USE_S: Final = 1.0
IN_USE: Final = "a process uses {store}: stop the bot, and what runs beside it, before you restore"
PARTIAL: Final = ".partial"
BACKUP_FACT: Final = "backup_at"
BESIDE: Final = ("-wal", "-shm", "-journal")  # files that belong to a database


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFile:
    """A file that was looked through and is whole."""

    file: str
    size_bytes: int
    version: int
    installation: str


def backup(
    store: Path,
    target: Path,
    *,
    replace: bool = False,
    images: bool = True,
    now: datetime | None = None,
) -> StoreFile:
    """Copy the store into a file that only its owner reads; raises BackupRefused, StoreBusy and
    StoreFull, and leaves no half of one. `now`: is written down in the store, for the doctor."""
    if target.exists() and not replace:
        raise BackupRefused(f"{target} exists: name another file, or say --replace")
    source = examine(store)
    with _our_errors(), _partial(target) as partial:
        _copy(store, partial)
        copied = examine(partial)
        if (copied.version, copied.installation) != (source.version, source.installation):
            raise BackupRefused("the copy is of another version than the store: try again")
        with _copied_images(
            images_of(store if images else partial), images_of(target)
        ) as put_images:
            _put(partial, target, replace=replace)
            put_images()
        if now is not None:
            note_backup(store, now)
    return StoreFile(
        file=str(target),
        size_bytes=copied.size_bytes,
        version=copied.version,
        installation=copied.installation,
    )


def restore(file: Path, store: Path, now: datetime) -> Path | None:
    """Make the store what the file holds; the path where the old one is kept, if there was one.

    Raises BackupRefused where the file is not whole, or a process uses the store.
    """
    examine(file)
    aside = store.with_name(f"{store.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    with _our_errors():
        store.parent.mkdir(parents=True, exist_ok=True)
        is_new = not store.exists()
        if not is_new and not _is_database(store):
            _move(store, aside)
        if is_new or not store.exists():
            _create(store)
            is_new = True
        with alone(store, BackupRefused(IN_USE.format(store=store))) as db:
            if not is_new:
                _save(db, aside)
            with closing(_opened(file)) as source:
                source.backup(db)
            _restore_images(images_of(file), images_of(store), images_of(aside))
    examine(store)
    return aside if aside.exists() else None


def examine(file: Path) -> StoreFile:
    """Look a whole file through; raises BackupRefused where it is no store, or not whole."""
    if not file.is_file():
        raise BackupRefused(f"there is no file {file}")
    try:
        with closing(_opened(file)) as db:
            (said,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            found = db.execute("SELECT value FROM meta WHERE key = 'installation'").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise StoreBusy("the store is locked by another process") from error
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


# ---------------------------------------------------------------- files


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """A file beside the target that is gone afterwards, unless it has become the target."""
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    _create(partial)
    try:
        yield partial
    finally:
        for end in ("", *BESIDE):
            partial.with_name(partial.name + end).unlink(missing_ok=True)


def _create(path: Path) -> None:
    """Empty, and readable for its owner only from the first instant."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _put(partial: Path, target: Path, *, replace: bool) -> None:
    """Durable under its name; never over a file that came meanwhile."""
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


def _move(store: Path, aside: Path) -> None:
    """With what belongs to it: another database must not find it."""
    for end in ("", *BESIDE):
        with suppress(FileNotFoundError):
            store.with_name(store.name + end).rename(aside.with_name(aside.name + end))


# ---------------------------------------------------------------- images


@contextmanager
def _copied_images(source: Path, target: Path) -> Iterator[Callable[[], None]]:
    """A copy that takes the target's place once it is asked to."""
    partial = target.with_name(target.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        if source.is_dir():
            _copy_folder(source, partial)
        yield lambda: _swap(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _swap(partial: Path, target: Path) -> None:
    """None, where there are none: then none stay of an older backup."""
    shutil.rmtree(target, ignore_errors=True)
    if partial.is_dir():
        partial.rename(target)


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for image in source.iterdir():
        with suppress(FileNotFoundError):  # deleted meanwhile
            shutil.copy2(image, target / image.name)


def _restore_images(source: Path, store: Path, aside: Path) -> None:
    """The ones that were there are kept beside, as the store is."""
    if store.is_dir():
        store.rename(aside)
    if source.is_dir():
        _copy_folder(source, store)


# ---------------------------------------------------------------- databases


def _opened(file: Path) -> sqlite3.Connection:
    """Never makes one. For writing too, though nobody writes: whoever closes it last then removes
    what SQLite keeps beside it."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=LOCK_S)


def _is_database(file: Path) -> bool:
    try:
        with closing(_opened(file)) as db:
            db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        return True  # locked, or damaged further in: for the lock to decide
    except sqlite3.DatabaseError:
        return False
    return True


def note_backup(store: Path, now: datetime) -> None:
    """A backup is whole also where this cannot be written down just now."""
    with suppress(sqlite3.Error), closing(_opened(store)) as db, db:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BACKUP_FACT, now.isoformat()))


def _copy(source: Path, target: Path) -> None:
    with closing(_opened(source)) as db:
        _save(db, target)


def _save(db: sqlite3.Connection, target: Path) -> None:
    """Into one file that needs no other beside it."""
    if not target.exists():
        _create(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def alone(store: Path, refused: Exception) -> Iterator[sqlite3.Connection]:
    """The store, locked against everybody. Who has it open in WAL mode, a bot that idles too,
    keeps SQLite from leaving that mode: so nothing needs to be written down of who runs.
    `refused`: raised where somebody has it open."""
    db = sqlite3.connect(store, isolation_level=None, timeout=IN_USE_S)
    with closing(db):
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            (mode,) = db.execute("PRAGMA journal_mode = DELETE").fetchone()
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise refused from error
            raise
        if mode != "delete":
            raise refused
        yield db


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the file cannot be written: {error.strerror}") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy("the store is locked by another process") from error
        raise StoreFull(f"the file cannot be written: {error}; free some disk") from error
