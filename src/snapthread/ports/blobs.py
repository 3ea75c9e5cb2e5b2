"""Images in our own store, for servers that take none by reference."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

BLOB: Final = "blob-"  # begins the id of an image that lies here; the rest is its name

Way = Literal["files", "inline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlob:
    """An image in our own store, as it is listed."""

    name: str
    created_at: datetime


class Blobs(Protocol):
    """Prepared images by names of ours. Raises StoreBusy, StoreFull and StoreDenied."""

    async def put(self, name: str, content: bytes, *, expires_at: datetime) -> None:
        """Durable once this returns; whole or not there. `expires_at`: from when it may go by
        itself, where the store can do that."""
        ...

    async def get(self, name: str) -> bytes | None: ...

    async def size(self, name: str) -> int | None:
        """Bytes; None where it is not there."""
        ...

    async def delete(self, name: str) -> bool:
        """False where it was gone already."""
        ...

    def list(self) -> AsyncGenerator[StoredBlob, None]:
        """All, newest first, also what a `put` that was cut off has left behind."""
        ...


@dataclass(slots=True, eq=False)
class ImageTransport:
    """The way by which images reach the model: as files of its server, or within the request.

    Where the operator leaves it open, the start finds it out.
    """

    way: Way = "files"

    def carries(self, openai_id: str) -> bool:
        return openai_id.startswith(BLOB) == (self.way == "inline")
