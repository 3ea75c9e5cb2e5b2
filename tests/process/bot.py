"""One bot process: its start, its pages, its log, and its end."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

LIMIT_S: Final = 180.0  # no test measures time; this only ends one that would hang
FRAGILE: Final = Path(__file__).with_name("fragile")
STEP_S: Final = 0.02


class Bot:
    """`python -m snapthread run`; what it writes to standard error is kept in a file."""

    def __init__(self, settings: dict[str, str], folder: Path, log: Path) -> None:
        self.settings = {"LOG_FORMAT": "json", "HTTP_PORT": str(free_port())} | settings
        self.log_path = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "snapthread", "run"],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": _search_path()} | self.settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The log as one object a line; anything else in it is an error."""
        return [json.loads(line) for line in self.log.splitlines()]

    async def ready(self) -> None:
        """Until it says so itself."""
        async with asyncio.timeout(LIMIT_S):
            while (await self.page("/readyz"))[0] != 200:
                assert self.is_running, self.log
                await asyncio.sleep(STEP_S)

    async def page(self, path: str, *, token: str = "") -> tuple[int, str]:
        """Status and text; 0 while nobody listens. `token`: of the admin page."""
        url = f"http://127.0.0.1:{self.settings['HTTP_PORT']}{path}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.get(url) as response,
            ):
                return response.status, await response.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    def resident_mb(self) -> float:
        return self._memory_mb("VmRSS")

    def peak_mb(self) -> float:
        return self._memory_mb("VmHWM")

    def _memory_mb(self, name: str) -> float:
        """As Linux accounts it."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith(name)]
        return int(line.split()[1]) / 1024

    def terminate(self) -> None:
        """What an operator does."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Its exit status; minus the signal's number where a signal ended it."""
        async with asyncio.timeout(LIMIT_S):
            while self.is_running:
                await asyncio.sleep(STEP_S)
        return self._process.wait()

    def bury(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _search_path() -> str:
    """The fragile decoder first, then whatever the tests themselves were found by."""
    return os.pathsep.join(filter(None, [str(FRAGILE), os.environ.get("PYTHONPATH", "")]))
