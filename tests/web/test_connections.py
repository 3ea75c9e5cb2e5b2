"""Connections that nothing comes of are ended, and their number is bounded: over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.web.connections import Connections
from snapthread.adapters.web.listening import listen
from snapthread.adapters.web.server import serve
from tests.servers import free_port

HERE: Final = "127.0.0.1"
HEAD_S: Final = 0.3
PATIENT_S: Final = 1.5  # who is to be in time may be held up by a busy machine
MOST: Final = 5
WHOLE: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LIMIT_S: Final = 60.0

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Story = Callable[[int, Connections], Awaitable[None]]


async def ready() -> list[str]:
    return []


@asynccontextmanager
async def connected(port: int, said: bytes = b"") -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection(HERE, port)
    writer.write(said)
    try:
        yield reader, writer
    finally:
        writer.close()


async def ended(reader: asyncio.StreamReader) -> None:
    """Until the other side closed it."""
    try:
        await reader.read()
    except ConnectionResetError:
        return


def play(story: Story, *, head_s: float = HEAD_S) -> None:
    async def served() -> None:
        port, connections = free_port(), Connections(most=MOST, head_s=head_s)
        pages = serve(
            listen(HERE, port),
            reasons=ready,
            registry=Metrics().registry,
            connections=connections,
        )
        async with asyncio.timeout(LIMIT_S), pages:
            await story(port, connections)

    asyncio.run(served())


@pytest.mark.parametrize("said", [b"", b"GET", WHOLE[:-2], WHOLE + WHOLE[:-2]])
def test_a_request_that_is_sent_by_half_does_not_stay_open_for_ever(said: bytes) -> None:
    async def story(port: int, connections: Connections) -> None:
        async with connected(port, said) as (reader, _):
            await ended(reader)
        assert connections.count == 0

    play(story)


def test_a_request_that_comes_byte_by_byte_does_not_stay_open_for_ever() -> None:
    async def story(port: int, _connections: Connections) -> None:
        async with connected(port) as (reader, writer):
            closed = asyncio.create_task(ended(reader))
            for _ in range(1000):
                writer.write(b"G")
                await asyncio.wait({closed}, timeout=0.05)
                if closed.done():
                    return
        raise AssertionError("it is open still")

    play(story)


def test_a_connection_that_asks_again_in_time_is_kept() -> None:
    async def story(port: int, _connections: Connections) -> None:
        async with connected(port) as (reader, writer):
            for _ in range(4):
                writer.write(WHOLE)
                assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 OK")
                await asyncio.sleep(PATIENT_S / 3)

    play(story, head_s=PATIENT_S)


def test_half_sent_requests_without_number_leave_room_for_whole_ones() -> None:
    async def story(port: int, connections: Connections) -> None:
        slow = [await asyncio.open_connection(HERE, port) for _ in range(10 * MOST)]
        for _, writer in slow:
            writer.write(b"GET /")
        async with connected(port, WHOLE) as (reader, _):
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 OK")
        assert connections.count <= MOST
        for _, writer in slow:
            writer.close()

    play(story, head_s=LIMIT_S)
