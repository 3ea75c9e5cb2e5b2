"""Images on the store's server: a value each, with an expiry as the last net, and their list."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

from snapthread.limits import LONGEST_UPLOAD_S
from snapthread.ports import Clock, StoredBlob
from snapthread.store.codec import micros, moment
from snapthread.store.redis.names import BLOBS_KEY, blob_name
from snapthread.store.redis.server.server import Server


class ServerBlobs:
    """`ports.Blobs`. An image is in the list before it is there, and until it is gone."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._ask = server.ask
        self._clock = clock

    async def put(self, name: str, content: bytes, *, expires_at: datetime) -> None:
        await self._ask("ZADD", BLOBS_KEY, micros(self._clock()), name)
        until_ms = micros(expires_at) // 1000
        await self._ask("SET", blob_name(name), content, "PXAT", until_ms, is_image=True)

    async def get(self, name: str) -> bytes | None:
        found: bytes | None = await self._ask(
            "GET", blob_name(name), is_image=True, NEVER_DECODE=True
        )
        return found

    async def size(self, name: str) -> int | None:
        length: int = await self._ask("STRLEN", blob_name(name))
        return length or None  # none is empty

    async def delete(self, name: str) -> bool:
        existed = await self._ask("DEL", blob_name(name))
        await self._ask("ZREM", BLOBS_KEY, name)
        return bool(existed)

    async def list(self) -> AsyncGenerator[StoredBlob, None]:
        """One name at a time: all images at once would fill the memory."""
        old = micros(self._clock() - timedelta(seconds=LONGEST_UPLOAD_S))
        listed = await self._ask("ZREVRANGE", BLOBS_KEY, 0, -1, "WITHSCORES", withscores=True)
        for name, at in listed:
            if await self.size(name):
                yield StoredBlob(name=name, created_at=moment(int(at)))
            elif at < old:  # it went by itself
                await self._ask("ZREM", BLOBS_KEY, name)
