"""The two sides of the comparison as real processes, each with doubles of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Literal

HERE: Final = Path(__file__).parent
Side = Literal["plain", "we"]
SIDES: Final[tuple[Side, Side]] = ("plain", "we")
CPU_CLOCK: Final = 2  # of a process, all its threads: CPUCLOCK_SCHED in Linux' own numbers
KEY: Final = "sk-" + "k" * 40
TOKEN: Final = "123456:" + "t" * 35


class Doubles:
    """`doubles.py` as a process; any method is an order."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "doubles.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self._read()

    def __call__(self, order: str, /, **given: object) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": order, **given}) + "\n")
        self.process.stdin.flush()
        answer = self._read()
        if "failed" in answer:
            raise TimeoutError(f"{order}: {answer['failed']}")
        return answer["done"]

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the doubles have ended")
        return json.loads(line)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Bot:
    """One side, running: its processor time, its memory, its end."""

    def __init__(self, side: Side, folder: Path, **more: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.doubles = Doubles()
        self.settings = settings(self.doubles.url, folder) | more
        self._side = side
        self._start()

    def _start(self) -> None:
        began_s = time.perf_counter()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command(self._side), env=self.settings, stdout=log, stderr=log, cwd=self.folder
            )
        while not self.doubles("polled", within_s=1.0):
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-400:])
        self.start_s, self.start_cpu_s = time.perf_counter() - began_s, self.cpu_s()

    def cpu_s(self) -> float:
        """Of the process, and of the children that have ended."""
        here = time.clock_gettime((~self.process.pid << 3) | CPU_CLOCK)
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        ended = int(fields[13]) + int(fields[14])
        return here + ended / os.sysconf("SC_CLK_TCK")

    def memory_mb(self, name: Literal["VmRSS", "VmHWM"] = "VmRSS") -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith(name)]
        return int(line.split()[1]) / 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.doubles.close()


def command(side: Side) -> list[str]:
    if side == "we":
        return [sys.executable, "-m", "snapthread", "run"]
    return [str(HERE / ".venv/bin/python"), str(HERE / "plain.py")]


def settings(url: str, folder: Path) -> dict[str, str]:
    """The defaults of an operator, but for what must point at the doubles."""
    return {
        "PATH": os.environ["PATH"],
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": url,
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_MODEL": "gpt-6-luna",
        "OPENAI_SEES": "yes",  # as at OpenAI itself
        "DATA_DIR": str(folder / "data"),
        "HTTP_PORT": "0",
    }
