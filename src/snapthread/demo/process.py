"""The bot as a child process: started, killed at will, started again, stopped at the end."""

import asyncio
import shutil
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal

from snapthread.demo.feed import Feed
from snapthread.demo.options import DoesNotStart

Json = dict[str, Any]
State = Literal["starting", "running", "killed", "stopped"]

AGAIN_S: Final = 1.0  # a moment, so that people see it is down
EARLY_S: Final = 20.0  # a bot that ends sooner, again and again, does not start at all
EARLY_ENDS_MAX: Final = 3
STARTED: Final = "bot.started"
LINE_BYTES: Final = 4 * 1024 * 1024  # a traceback is one line


class BotProcess:
    """Runs the bot until it is stopped."""

    def __init__(
        self, environ: Mapping[str, str], folder: Path, feed: Feed, *, stop_s: float
    ) -> None:
        self.environ = dict(environ)
        self.folder = folder
        self.feed = feed
        self.begun = asyncio.Event()
        self._stop_s = stop_s
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._was_killed = False
        self._state: State = "starting"
        self._since = time.time()
        self._starts = 0
        self._anew: Callable[[], None] | None = None
        self.ahead_s = 0.0

    @property
    def state(self) -> Json:
        """As the page shows it."""
        process = self._process
        return {
            "state": self._state,
            "pid": process.pid if process and process.returncode is None else None,
            "since": round(self._since, 1),
            "starts": self._starts,
        }

    @property
    def is_running(self) -> bool:
        return self._state == "running"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps a bot running while the block runs. Raises DoesNotStart, and ends the block."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run())
            try:
                yield
            finally:
                await self.stop()

    async def _run(self) -> None:
        early = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            exit_code = await self._live()
            if self._stopping.is_set():
                break
            if not self._was_killed:
                self._set_state("killed")
                self.feed.note("bot.ended", exit_code=exit_code)
                early = early + 1 if time.monotonic() - began < EARLY_S else 0
                if early >= EARLY_ENDS_MAX:
                    raise DoesNotStart
            await asyncio.sleep(AGAIN_S)
            await self._begin_anew()
        self._set_state("stopped")

    async def _begin_anew(self) -> None:
        """Between two lives: without the store of the one before, where that was wished."""
        if self._anew is None:
            return
        anew, self._anew = self._anew, None
        await asyncio.to_thread(shutil.rmtree, self.environ["DATA_DIR"], ignore_errors=True)
        self.ahead_s = 0.0
        self._starts = 0
        anew()

    def kill(self) -> None:
        """As `kill -9` does; `run` starts another one."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._was_killed = True
        self._set_state("killed")
        self.feed.note("bot.killed", pid=process.pid)
        process.kill()

    def start_anew(self, anew: Callable[[], None]) -> None:
        """Kills it and lets the next one begin with nothing; `anew` is called in between."""
        self._anew = anew
        self.kill()

    def set_forward(self, ahead_s: float) -> None:
        """Its clock, now and after a restart."""
        self.ahead_s = ahead_s
        self._tell_time()

    async def stop(self) -> None:
        """Asks it to end, and ends it where it does not."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self._stop_s):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()

    async def _live(self) -> int:
        """One life, from start to end."""
        self._starts += 1
        self._was_killed = False
        self._set_state("starting")
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "snapthread.demo.bot",
            str(self.ahead_s),
            stdin=PIPE,
            stderr=PIPE,
            cwd=self.folder,
            env=self.environ,
            limit=LINE_BYTES,
            start_new_session=True,  # Ctrl-C is for us; we tell it
        )
        self.begun.set()
        self._tell_time()
        await self._listen(process)
        return await process.wait()

    async def _listen(self, process: Process) -> None:
        """Its log, to the feed and to our standard error, until it ends."""
        if process.stderr is None:
            raise RuntimeError("the bot was started without its log")
        while bot := await _line(process.stderr):
            event = self.feed.read(bot)
            if event is not None and event["event"] == STARTED:
                self._set_state("running")
            if event is None or event.get("level") != "debug":
                sys.stderr.write(bot)

    def _tell_time(self) -> None:
        process = self._process
        if process and process.stdin and process.returncode is None:
            process.stdin.write(f"{self.ahead_s}\n".encode())

    def _set_state(self, state: State) -> None:
        self._state, self._since = state, time.time()
        self.feed.changed()


async def _line(stream: asyncio.StreamReader) -> str:
    try:
        return (await stream.readline()).decode(errors="replace")
    except ValueError:  # longer than any line of ours
        return "\n"
