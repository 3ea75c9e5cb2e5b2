"""Images beside a store in one file: a folder, one file each, for nobody else's eyes."""

import asyncio
import errno
import os
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from snapthread.errors import StoreBusy, StoreFull
from snapthread.ports import Clock, StoredBlob

ENDING: Final = "-images"
PARTIAL: Final = ".partial"
NAME: Final = re.compile(r"\w[\w.-]{0,200}", re.ASCII)
FULL: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR}
)


def images_folder(store: Path) -> Path:
    """The folder that belongs to the store in this file."""
    return store.with_name(store.name + ENDING)


class FolderBlobs:
    """`ports.Blobs`. A file that a kill left half written is in the list, and is found by its
    name."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def put(self, name: str, content: bytes, *, expires_at: datetime) -> None:  # noqa: ARG002
        await asyncio.to_thread(self._put, name, content, self._clock())

    async def get(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._get, name)

    async def size(self, name: str) -> int | None:
        return await asyncio.to_thread(self._size, name)

    async def delete(self, name: str) -> bool:
        return await asyncio.to_thread(self._delete, name)

    async def list(self) -> AsyncGenerator[StoredBlob, None]:
        for blob in await asyncio.to_thread(self._list):
            yield blob

    def _put(self, name: str, content: bytes, now: datetime) -> None:
        with _our_errors():
            self._make_folder()
            partial = self._path(name + PARTIAL)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.truncate()
                file.write(content)
                file.flush()
                os.utime(file.fileno(), (now.timestamp(), now.timestamp()))
                os.fsync(file.fileno())
            partial.replace(self._path(name))
            _sync(self._folder)

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(self._folder.parent)

    def _get(self, name: str) -> bytes | None:
        with _our_errors(), suppress(FileNotFoundError):
            return self._path(name).read_bytes()
        return None

    def _size(self, name: str) -> int | None:
        with _our_errors(), suppress(FileNotFoundError):
            return self._path(name).stat().st_size
        return None

    def _delete(self, name: str) -> bool:
        with _our_errors(), suppress(FileNotFoundError):
            self._path(name).unlink()
            return True
        return False

    def _list(self) -> Sequence[StoredBlob]:
        with _our_errors():
            return sorted(self._entries(), key=lambda blob: blob.created_at, reverse=True)

    def _entries(self) -> Iterator[StoredBlob]:
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    at = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
                    yield StoredBlob(name=entry.name, created_at=at)

    def _path(self, name: str) -> Path:
        if NAME.fullmatch(name) is None:
            raise FileNotFoundError(name)
        return self._folder / name


def _sync(folder: Path) -> None:
    with suppress(OSError):  # a file system that cannot
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        told = f"the folder of images beside the store: {error.strerror}"
        raise (StoreFull if error.errno in FULL else StoreBusy)(told) from error
