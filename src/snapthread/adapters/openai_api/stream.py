"""A streamed answer as plain JSON, event by event; every wait for its bytes is bounded."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import httpx2

from snapthread.adapters.openai_api.faults import Fault, attempt
from snapthread.adapters.openai_api.whole import BodyReader

# After its last event a server ends the body at once; read so far, the connection can be reused.
LAST_BYTES_S: Final = 0.25
DONE: Final = b"[DONE]"  # not of this API, but some servers end with it all the same


class EventStream:
    """The events of one response; close it."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._chunks = aiter(response.aiter_bytes())
        self._reader = BodyReader()

    async def read(self, by: float) -> Sequence[object]:
        """The events of the next bytes: none of a comment, which is a sign of life all the same.
        A Fault comes last, also where the stream ends."""
        chunk = await attempt(lambda: anext(self._chunks), by)
        if not isinstance(chunk, Fault):
            return _parse(partial(self._reader.feed, chunk))
        if chunk.cause is StopAsyncIteration:
            return [*_parse(self._reader.end), chunk]
        return [chunk]

    async def drain(self) -> None:
        with suppress(Exception):
            async with asyncio.timeout(LAST_BYTES_S):
                async for _ in self._chunks:
                    pass

    async def close(self) -> None:
        with suppress(Exception):  # the answer's own outcome counts, not that of closing it
            await self._response.aclose()


def _parse(read: Callable[[], list[bytes]]) -> list[object]:
    events: list[object] = []
    try:
        for data in read():
            if data != DONE:
                events.append(json.loads(data.decode()))  # noqa: PERF401 - what came before a fault counts
    except (ValueError, RecursionError) as garbled:
        events.append(Fault(cause=type(garbled)))
    return events
