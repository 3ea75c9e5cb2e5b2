"""The best place for the bytes of images, inline: a folder, a row, or a value on a server.

    python -m bench.blobs [COUNT]

Each writes so many images of 200 kB durably, one after the other, reads them, and deletes them. The
figures of decision 0031 are from here.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tests.servers import own_server, valkey_program

from snapthread.store import Store
from snapthread.store.folder import FolderBlobs

IMAGE_BYTES: Final = 200_000
Step = Callable[[str], Awaitable[object]]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(
        f"{'':22} {'put':>9} {'get':>9} {'delete':>9}   ms each, {count} of {IMAGE_BYTES:,} bytes"
    )
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        asyncio.run(_folder(Path(folder), count))
        asyncio.run(_row(Path(folder), count))
        asyncio.run(_server(Path(folder), count))


async def _folder(folder: Path, count: int) -> None:
    blobs = FolderBlobs(folder / "images", lambda: datetime.now(UTC))
    later = datetime.now(UTC) + timedelta(days=1)
    await _measure(
        "folder, or a volume",
        count,
        lambda name: blobs.put(name, os.urandom(IMAGE_BYTES), expires_at=later),
        blobs.get,
        blobs.delete,
    )


async def _row(folder: Path, count: int) -> None:
    """As a column of SQLite's file would be."""
    with closing(sqlite3.connect(folder / "rows.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE images (name TEXT PRIMARY KEY, content BLOB) WITHOUT ROWID")

        async def run(statement: str, *values: object) -> object:
            return db.execute(statement, values).fetchall()

        await _measure(
            "row in SQLite",
            count,
            lambda name: run("INSERT INTO images VALUES (?, ?)", name, os.urandom(IMAGE_BYTES)),
            lambda name: run("SELECT content FROM images WHERE name = ?", name),
            lambda name: run("DELETE FROM images WHERE name = ?", name),
        )
        size = (folder / "rows.db").stat().st_size / 2**20
        print(f"{'':22} its file keeps {size:.0f} MB after all are deleted")


async def _server(folder: Path, count: int) -> None:
    with own_server(folder, program=valkey_program()) as server:
        store = await Store.open(server.url)
        blobs = store.blobs(lambda: datetime.now(UTC))
        later = datetime.now(UTC) + timedelta(days=1)
        await _measure(
            "value on Valkey",
            count,
            lambda name: blobs.put(name, os.urandom(IMAGE_BYTES), expires_at=later),
            blobs.get,
            blobs.delete,
        )
        await store.close()


async def _measure(what: str, count: int, *steps: Step) -> None:
    names = [f"snapthread-{number}.jpg" for number in range(count)]
    cells = []
    for step in steps:
        began = time.perf_counter()
        for name in names:
            await step(name)
        cells.append(f"{(time.perf_counter() - began) / count * 1e3:9.2f}")
    print(f"{what:22} {' '.join(cells)}")


if __name__ == "__main__":
    main()
