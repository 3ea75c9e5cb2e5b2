"""One process of the product: its start, its pages, its log, and its end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.process import warm
from tests.servers import free_port

LIMIT_S: Final = 180.0  # no test measures time; this only ends one that would hang
FRAGILE: Final = Path(__file__).with_name("fragile")
STEP_S: Final = 0.02


class Bot:
    """`snapthread run`; what it writes to standard error is kept in a file.

    Forked from where everything is imported, or with `cold` as `python -m snapthread run`.
    """

    def __init__(
        self, settings: dict[str, str], folder: Path, log: Path, *, cold: bool = False
    ) -> None:
        self.settings = {"LOG_FORMAT": "json", "HTTP_PORT": str(free_port())} | settings
        self.log_path = log
        start = _start_cold if cold else _start_warm
        self._process = start(folder, environment() | self.settings, log)

    @property
    def is_running(self) -> bool:
        return self._process.exit_status() is None

    @property
    def pid(self) -> int:
        return self._process.pid

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
        """The acts of an operator."""
        os.kill(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`."""
        os.kill(self._process.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Its exit status; minus the signal's number where a signal ended it."""
        async with asyncio.timeout(LIMIT_S):
            while (status := self._process.exit_status()) is None:
                await asyncio.sleep(STEP_S)
        return status

    def bury(self) -> None:
        if self.is_running:
            self.kill()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Process:
    """Common to both ways of starting."""

    pid: int
    exit_status: Callable[[], int | None]
    wait: Callable[[], object]


def _start_warm(folder: Path, settings: dict[str, str], log: Path) -> Process:
    process = warm.start(("run",), folder, settings, Path(os.devnull), log)
    assert process.pid is not None
    return Process(process.pid, lambda: process.exitcode, process.join)


def _start_cold(folder: Path, settings: dict[str, str], log: Path) -> Process:
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "snapthread", "run"],
            cwd=folder,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    return Process(process.pid, process.poll, process.wait)


def environment() -> dict[str, str]:
    """The environment of a process besides its settings: it is found, its decoder can be killed."""
    found_by = filter(None, [str(FRAGILE), os.environ.get("PYTHONPATH", "")])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(found_by)}
