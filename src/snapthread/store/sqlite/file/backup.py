"""A copy of the store's file, made beside the running bot; and its way back, where none runs.

SQLite's own backup copies one state of the whole file. Nothing here knows a table but `meta`. The
folder of images that lies beside some stores is copied after it, into a folder beside the copy: an
image that comes or goes meanwhile is put right as one that vanished.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from snapthread.errors import BackupRefused, StoreBusy, StoreFull
from snapthread.store.folder import images_folder
from snapthread.store.sqlite.failures import LOCKED, is_busy
from snapthread.store.sqlite.file.access import alone, create_private, opened
from snapthread.store.sqlite.file.copying import (
    copy_database,
    move_aside,
    partial_beside,
    put,
    save,
)
from snapthread.store.sqlite.file.examining import StoreFile, examine, is_database
from snapthread.store.sqlite.file.images import copied_images, restore_images

IN_USE: Final = "a process uses {store}: stop the bot, and what runs beside it, before you restore"
BACKUP_FACT: Final = "backup_at"


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
    with _our_errors(), partial_beside(target) as partial:
        copy_database(store, partial)
        copied = examine(partial)
        if (copied.version, copied.installation) != (source.version, source.installation):
            raise BackupRefused("the copy is of another version than the store: try again")
        with copied_images(
            images_folder(store if images else partial), images_folder(target)
        ) as put_images:
            put(partial, target, replace=replace)
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
        if not is_new and not is_database(store):
            move_aside(store, aside)
        if is_new or not store.exists():
            create_private(store)
            is_new = True
        with alone(store, BackupRefused(IN_USE.format(store=store))) as db:
            if not is_new:
                save(db, aside)
            with closing(opened(file)) as source:
                source.backup(db)
            restore_images(images_folder(file), images_folder(store), images_folder(aside))
    examine(store)
    return aside if aside.exists() else None


def note_backup(store: Path, now: datetime) -> None:
    """A backup is whole also where this cannot be written down just now."""
    with suppress(sqlite3.Error), closing(opened(store)) as db, db:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (BACKUP_FACT, now.isoformat()))


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the file cannot be written: {error.strerror}") from error
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise StoreBusy(LOCKED) from error
        raise StoreFull(f"the file cannot be written: {error}; free some disk") from error
