"""New SQLite stores, made once in this process: to make one takes 75 statements."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from snapthread.store import Store
from snapthread.store.schema import TABLES
from snapthread.store.sqlite import IN_MEMORY, SqliteBackend
from snapthread.store.sqlite.connections import connect_writer
from snapthread.store.sqlite.thread import ConnectionThread
from snapthread.store.sqlite.transactions import Connection


def put_new_store(path: Path) -> None:
    """As the bot makes it at its first start. One that is there stays, and a folder is its own to
    make."""
    if path.parent.exists() and not path.exists():
        path.write_bytes(_new_store())


@cache
def _new_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "new.db")
        connect_writer(path, create=True).close()
        return path.read_bytes()


async def open_in_memory() -> Store:
    """An empty store, as `:memory:` is; the one before it must be closed. Its connection has
    prepared its statements already, which takes longer than all else of opening."""
    db = _in_memory()
    assert not db.in_transaction, "the store before it has left something open"
    for table in TABLES:
        db.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
    thread = ConnectionThread("store", Connection(db))
    return Store(KeptInMemory(IN_MEMORY, thread, thread))


class KeptInMemory(SqliteBackend):
    """A backend whose connection is not its own: the next store opens on it."""

    async def close(self) -> None:
        self._writer.shutdown()


@cache
def _in_memory() -> sqlite3.Connection:
    return connect_writer(IN_MEMORY, create=True)
