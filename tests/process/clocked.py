"""A bot whose clock a test sets: CLOCK_FILE names a file with its seconds ahead of ours.

As in the demo, the clock is given to the adapters; the product needs no hook for it.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from snapthread.app import opening
from snapthread.clock import utc_now
from snapthread.settings import Settings
from snapthread.wiring import Adapters

_open_adapters = opening.open_adapters


class FileClock:
    """Reads the file each time: it may jump at any instant."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        return utc_now() + timedelta(seconds=float(self._path.read_text() or 0))


@asynccontextmanager
async def _with_that_clock(
    settings: Settings, *, creates_store: bool = True
) -> AsyncIterator[Adapters]:
    async with _open_adapters(settings, creates_store=creates_store) as adapters:
        path = os.environ.get("CLOCK_FILE")
        yield replace(adapters, clock=FileClock(Path(path))) if path else adapters


opening.open_adapters = _with_that_clock
