"""A streamed answer as plain JSON, event by event; every wait for its bytes is bounded. A server
that does not stream sends one event, at the end."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import httpx2

from snapthread.adapters.openai_api.faults import Fault, attempt
from snapthread.adapters.openai_api.sse import EventReader
from snapthread.adapters.openai_api.whole import WholeReader, is_plain

# After its last event a server ends the body at once; read so far, the connection can be reused.
LAST_BYTES_S: Final = 0.25
DONE: Final = b"[DONE]"  # not of this API, but some servers end with it all the same


class EventStream:
    """The events of one response; close it."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self._chunks = aiter(response.aiter_bytes())
        self._reader = EventReader()
        self._whole: WholeReader | None = None
        self._has_begun = False

    async def read(self, by: float) -> Sequence[object]:
        """The events of the next bytes: none of a comment, which is a sign of life all the same.
        A Fault comes last, also where the stream ends."""
        chunk = await attempt(lambda: anext(self._chunks), by)
        if not self._has_begun and not isinstance(chunk, Fault) and chunk.strip():
            self._has_begun = True
            self._whole = WholeReader() if is_plain(chunk) else None
        if self._whole is not None:
            return _gathered(self._whole, chunk)
        if not isinstance(chunk, Fault):
            return _parsed(self._reader, chunk)
        if chunk.cause is StopAsyncIteration:  # a server may leave its last event without an end
            return [*_parsed(self._reader, b"\n\n"), chunk]
        return [chunk]

    async def drain(self) -> None:
        with suppress(Exception):
            async with asyncio.timeout(LAST_BYTES_S):
                async for _ in self._chunks:
                    pass

    async def close(self) -> None:
        with suppress(Exception):  # the answer's own outcome counts, not that of closing it
            await self._response.aclose()


def _gathered(whole: WholeReader, chunk: bytes | Fault) -> list[object]:
    try:
        if not isinstance(chunk, Fault):
            whole.feed(chunk)
            return []
        return [whole.end(), chunk] if chunk.cause is StopAsyncIteration else [chunk]
    except (ValueError, RecursionError) as garbled:
        return [Fault(cause=type(garbled))]


def _parsed(reader: EventReader, chunk: bytes) -> list[object]:
    events: list[object] = []
    try:
        for data in reader.feed(chunk):
            if data != DONE:
                events.append(json.loads(data.decode()))  # noqa: PERF401 - what came before a fault counts
    except (ValueError, RecursionError) as garbled:
        events.append(Fault(cause=type(garbled)))
    return events
