"""Messages a second through the mailbox of each store, beside the bare cost of durable writes.

    .venv/bin/python bench/store.py [messages]

Each message is put in, claimed, finished with two lines and a part, delivered, and given back, by
several workers at once. The bare cost, in the same run: as many durable writes of a kilobyte, one
after the other. The ratio says what the store's own work adds to what the disk asks.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import redis.asyncio
from tests.contracts.builders import QUIET_S, destination, message, turn, words
from tests.servers import own_server

from snapthread.clock import utc_now
from snapthread.ports import Arrival
from snapthread.store import Store

USERS = 200
WORKERS = 20
WRITES_A_MESSAGE = 5  # accept, claim, finish, delivered, release
KILOBYTE = b"x" * 1024


async def serve(store: Store, messages: int) -> float:
    """Messages a second, by workers that share the store."""
    left = messages

    async def work() -> None:
        nonlocal left
        while left > 0:
            claim = await store.claim(utc_now(), lease_s=12)
            if claim is None:
                await asyncio.sleep(0.01)
                continue
            parts = claim.outbox or await store.finish(
                claim, utc_now(), items=turn(), replies=[words()], to=destination()
            )
            for part in parts:
                await store.mark_sent(claim, part)
            await store.release(claim, utc_now())
            left -= 1

    async def put() -> None:
        for number in range(messages):
            sent = Arrival(message=message(user=1000 + number % USERS), if_full=words())
            await store.accept([sent], utc_now(), quiet_s=QUIET_S)

    began = time.perf_counter()
    await asyncio.gather(put(), *(work() for _ in range(WORKERS)))
    return messages / (time.perf_counter() - began)


def disk(folder: Path, writes: int) -> float:
    """Durable writes a second, one after the other."""
    began = time.perf_counter()
    with (folder / "bare").open("wb", buffering=0) as file:
        for _ in range(writes):
            file.write(KILOBYTE)
            os.fdatasync(file.fileno())
    return writes / (time.perf_counter() - began)


async def server(url: str, writes: int) -> float:
    """Durable writes a second by as many connections as there are workers."""

    async def write(share: int) -> None:
        for number in range(share):
            await client.set(f"bare:{number % 100}", KILOBYTE)

    async with redis.asyncio.Redis.from_url(url) as client:
        began = time.perf_counter()
        await asyncio.gather(*(write(writes // WORKERS) for _ in range(WORKERS)))
        return writes / (time.perf_counter() - began)


def tell(name: str, messages_s: float, writes_s: float) -> None:
    share = messages_s * WRITES_A_MESSAGE / writes_s
    print(
        f"{name}: {messages_s:.0f} messages/s; bare {writes_s:.0f} writes/s;"
        f" {messages_s * WRITES_A_MESSAGE:.0f} transactions/s are {share:.2f} of that"
    )


async def run(open_store: Callable[[], Awaitable[Store]], messages: int) -> float:
    store = await open_store()
    try:
        return await serve(store, messages)
    finally:
        await store.close()


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    writes = messages * WRITES_A_MESSAGE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sqlite = asyncio.run(run(lambda: Store.open(folder / "bench.db"), messages))
        tell("SQLite", sqlite, disk(folder, writes))
        with own_server(folder) as valkey:
            mine = asyncio.run(run(lambda: Store.open(valkey.url), messages))
            tell("Valkey", mine, asyncio.run(server(valkey.url, writes)))


if __name__ == "__main__":
    main()
