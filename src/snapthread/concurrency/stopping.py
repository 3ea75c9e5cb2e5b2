"""Work that a stop cuts short."""

import asyncio
from typing import Any


async def ends_before(stop: asyncio.Event, work: asyncio.Task[Any]) -> bool:
    """Wait for the work, whatever comes of it; False where the stop came first and ended it."""
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return work.done()
    finally:
        work.cancel()
        stopped.cancel()
        await asyncio.wait({work, stopped})
