"""A new SQLite store, made once in this process and copied: to make one takes 75 statements."""

import tempfile
from functools import cache
from pathlib import Path

from snapthread.store.sqlite.connections import connect_writer


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
