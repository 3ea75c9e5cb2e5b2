"""Images on the store's server: a value each, with an expiry as the last net, and their list."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from redis.client import NEVER_DECODE

from snapthread.limits import LONGEST_UPLOAD_S
from snapthread.ports import Clock, StoredBlob
from snapthread.store.codec import micros, moment
from snapthread.store.redis.names import BLOBS_KEY, blob_name
from snapthread.store.redis.server import Server, within_answer


class ServerBlobs:
    """`ports.Blobs`. Listed before it is there, and until it is gone."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def put(self, name: str, content: bytes, *, expires_at: datetime) -> None:
        async with self._together() as both:
            both.zadd(BLOBS_KEY, {name: micros(self._clock())})
            both.set(blob_name(name), content, pxat=micros(expires_at) // 1000)
            await both.execute()

    async def get(self, name: str) -> bytes | None:
        found: bytes | None = await self._run("GET", blob_name(name), **{NEVER_DECODE: True})
        return found

    async def size(self, name: str) -> int | None:
        length: int = await self._run("STRLEN", blob_name(name))
        return length or None  # none is empty

    async def delete(self, name: str) -> bool:
        async with self._together() as both:
            both.delete(blob_name(name))
            both.zrem(BLOBS_KEY, name)
            existed, _ = await both.execute()
        return bool(existed)

    async def list(self) -> AsyncGenerator[StoredBlob, None]:
        """Their names are few: the images themselves would fill the memory first."""
        old = micros(self._clock() - timedelta(seconds=LONGEST_UPLOAD_S))
        for name, at in await self._run(
            "ZREVRANGE", BLOBS_KEY, 0, -1, "WITHSCORES", withscores=True
        ):
            if await self.size(name):
                yield StoredBlob(name=name, created_at=moment(int(at)))
            elif int(at) < old:  # it went by itself
                await self._run("ZREM", BLOBS_KEY, name)

    @asynccontextmanager
    async def _together(self) -> AsyncIterator[Any]:
        async with (
            self._server.our_errors(),
            within_answer(),
            self._server.client.pipeline(transaction=False) as both,
        ):
            yield both

    async def _run(self, *command: Any, **options: Any) -> Any:
        client: Any = self._server.client  # whose types know neither
        async with self._server.our_errors(), within_answer():
            return await client.execute_command(*command, **options)
