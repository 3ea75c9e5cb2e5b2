"""Turns a second with one, two and three processes on one Valkey, and what a turn costs.

    .venv/bin/python bench/replicas.py [people]

Real processes over HTTP, with a model that answers at once. The doubles of Telegram and OpenAI run
in this process and share the machine, so the ratios say more than the numbers. What a turn costs is
counted, not timed: CPU seconds of the processes, scripts run, bytes written to the append-only
file, bytes kept in the server's memory.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.process.fleet import Crowd, Fleet, opened
from tests.servers import Server, own_server

from snapthread_sandbox.openai.scripted_model import Answer

QUESTIONS = 5
TICKS_S = os.sysconf("SC_CLK_TCK")


class Counted(NamedTuple):
    """Amounts that were used up to now."""

    cpu_s: float
    scripts: int
    written: int
    kept: int

    def since(self, before: "Counted") -> "Counted":
        return Counted(
            cpu_s=self.cpu_s - before.cpu_s,
            scripts=self.scripts - before.scripts,
            written=self.written - before.written,
            kept=self.kept - before.kept,
        )


def count(fleet: Fleet, server: Server) -> Counted:
    with server.client() as client:
        commands = client.info("commandstats")
        stats = {**client.info("persistence"), **client.info("memory")}
    scripts = commands.get("cmdstat_evalsha", {"calls": 0})["calls"]
    cpu_s = sum(cpu_seconds(bot.pid) for bot in fleet.bots)
    return Counted(cpu_s, scripts, stats["aof_current_size"], stats["used_memory"])


def cpu_seconds(pid: int) -> float:
    """As Linux accounts it: fields 14 and 15, after the name in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_S


async def measure(folder: Path, server: Server, replicas: int, people: int) -> float:
    """Turns a second; prints what one costs."""
    async with opened(folder, server) as fleet:
        fleet.town.model.otherwise = Answer(text=lambda asked: asked.last_text)
        await fleet.start(replicas)
        crowd = Crowd(fleet.town, people)
        crowd.ask("warm")
        await crowd.answered(fleet.town)
        before, began = count(fleet, server), time.perf_counter()
        for number in range(QUESTIONS):
            crowd.ask(str(number))
        await crowd.answered(fleet.town)
        turns = people * QUESTIONS
        turns_s = turns / (time.perf_counter() - began)
        tell(replicas, turns, turns_s, count(fleet, server).since(before))
        return turns_s


def tell(replicas: int, turns: int, turns_s: float, used: Counted) -> None:
    cpu_ms = used.cpu_s / turns * 1000
    print(
        f"{replicas} processes: {turns_s:.1f} turns/s; of a turn: {cpu_ms:.0f} ms of CPU,"
        f" {used.scripts / turns:.1f} scripts, {used.written / turns:.0f} bytes written,"
        f" {used.kept / turns:.0f} bytes kept",
        flush=True,
    )


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    alone = 0.0
    for replicas in (1, 2, 3):
        with tempfile.TemporaryDirectory() as name, own_server(Path(name)) as server:
            turns_s = asyncio.run(measure(Path(name), server, replicas, people))
        alone = alone or turns_s
        print(f"  {turns_s / alone:.2f} times one process")


if __name__ == "__main__":
    main()
