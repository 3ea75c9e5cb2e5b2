"""The store on SQLite: one file, one writer thread, readers beside it (decisions 0002, 0018).

thread.py        the thread that a connection belongs to; quick verbs are decided on the loop
transactions.py  verbs in transactions of one connection
rows.py          a verb's reads, and the writes of a transaction
cache.py         rows of tables whose rows never change
statements.py    SQL, made from the declarations of tables
connections.py   connections to the file
migrations.py    from older versions
failures.py      SQLite's failures in our words
file/            the file: private, examined, copied beside the running bot, brought back
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self, TypeVar

from snapthread.ports import Blobs, Clock
from snapthread.store.folder import FolderBlobs, images_folder
from snapthread.store.schema.processes import MARKS
from snapthread.store.sqlite.connections import connect_reader, connect_writer
from snapthread.store.sqlite.thread import ConnectionThread
from snapthread.store.sqlite.transactions import Connection
from snapthread.store.transaction import Transaction
from snapthread.store.verb import ANY, Kind

IN_MEMORY: Final = ":memory:"

T = TypeVar("T")


class SqliteBackend:
    """`verb.Backend` on one SQLite file, or in memory with the path ":memory:"."""

    def __init__(
        self, path: Path | str, writer: ConnectionThread, reader: ConnectionThread
    ) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, path: Path | str, *, create: bool = True) -> Self:
        """Open the store, or make it; raises StoreBusy, StoreFull, StoreTooNew, StoreDamaged, and
        StoreMissing where it is not there and not to be made."""
        db = await asyncio.to_thread(connect_writer, path, create=create)
        writer = ConnectionThread("store", Connection(db))
        if path == IN_MEMORY:
            return cls(path, writer, writer)
        try:
            reader = Connection(connect_reader(path), begin="BEGIN")
        except BaseException:
            await writer.close()
            raise
        return cls(path, writer, ConnectionThread("store-reads", reader))

    async def write(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        return await self._writer.verb(verb, kind)

    async def read(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        return await self._reader.verb(verb, kind)

    async def check(self) -> None:
        """The lock that writing needs, and a page of the file."""
        await self.write(lambda tx: tx.get(MARKS, ""))

    def blobs(self, clock: Clock) -> Blobs:
        if self._path == IN_MEMORY:
            raise ValueError("images lie beside a file, and this store has none")
        return FolderBlobs(images_folder(Path(self._path)), clock)

    async def close(self) -> None:
        if self._reader is not self._writer:
            await self._reader.close()
        await self._writer.close()  # the last: it leaves one file
