"""The demo's bot: `snapthread run` with a clock that can be set forward. A process of its own.

Standard input carries the clock's offset in seconds, a number a line. Its end is the demo's end,
however that came about, and then the bot stops too.
"""

import os
import runpy
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from snapthread.app import opening
from snapthread.clock import utc_now
from snapthread.settings import Settings
from snapthread.wiring import Adapters


class SetForward:
    """A clock that is some seconds ahead."""

    def __init__(self, ahead_s: float) -> None:
        self._ahead = timedelta(seconds=ahead_s)

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def follow(self, lines: Iterable[str]) -> None:
        """Is set by each line; when they end, so does this process."""
        for bot in lines:
            self._ahead = timedelta(seconds=float(bot))
        os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    clock = SetForward(float(sys.argv.pop(1)))
    open_adapters = opening.open_adapters

    @asynccontextmanager
    async def with_our_clock(
        settings: Settings, *, creates_store: bool = True
    ) -> AsyncIterator[Adapters]:
        async with open_adapters(settings, creates_store=creates_store) as adapters:
            yield replace(adapters, clock=clock)

    opening.open_adapters = with_our_clock
    threading.Thread(target=clock.follow, args=(sys.stdin,), daemon=True).start()
    sys.argv[1:] = ["run"]
    runpy.run_module("snapthread", run_name="__main__")


if __name__ == "__main__":
    main()
