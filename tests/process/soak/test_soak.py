"""Hours at once of what the other tests try one by one: faults, kills, and jumps of the clock.

SOAK_MINUTES sets how long, SOAK_PEOPLE how many talk, SOAK_FIGURES where the figures are written.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from snapthread_sandbox.openai.scripted_model import Answer
from tests.process.soak.answers import said
from tests.process.soak.figures import Figures
from tests.process.soak.talker import SETTLES_S, Talker
from tests.process.soak.trouble import Trouble
from tests.process.town import Town

LOOKS_EVERY_S: Final = 20.0
MOST_S: Final = 3 * SETTLES_S  # of the end


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Town]:
    """A town of its own: this one's clock jumps, and its logs are cut."""
    with asyncio.Runner() as runner:
        town = Town(tmp_path, runner)
        runner.run(town.open())
        yield town
        runner.run(town.close())


@pytest.mark.soak
def test_hours_of_faults_kills_and_jumps_lose_nothing(alone: Town) -> None:
    minutes = float(os.environ.get("SOAK_MINUTES", "120"))
    figures = Figures(seed=int(os.environ.get("SOAK_SEED", str(int(time.time())))))
    alone.play(lambda: _soak(alone, figures, minutes), limit_s=minutes * 60 + MOST_S)
    assert figures.bad == []
    assert figures.errors == {}
    assert figures.twice <= figures.twice_allowed
    assert figures.end["dead_letters"] == []
    assert figures.end["orphans"] == figures.end["missing"] == 0


async def _soak(town: Town, figures: Figures, minutes: float) -> None:
    path = Path(os.environ.get("SOAK_FIGURES", str(town.folder / "figures.json")))
    clock, dice = town.folder / "clock", random.Random(figures.seed)
    trouble = Trouble(town, figures, clock, dice)
    town.model.otherwise = Answer(text=said, first_s=0.4, between_s=0.01)
    settings = {"CONTEXT_MAX_TOKENS": "6000", "IMAGE_WINDOW": "8", "CLOCK_FILE": str(clock)}
    town.more |= settings
    town.bots.append(town.starts())
    over = asyncio.Event()
    people = int(os.environ.get("SOAK_PEOPLE", "10"))
    talkers = [Talker(town.newcomer(), figures, dice) for _ in range(people)]
    async with asyncio.TaskGroup() as group:
        troubled = group.create_task(trouble.strikes(over))
        talking = [group.create_task(talker.talks(over)) for talker in talkers]
        writing = group.create_task(_writes(figures, trouble.looks, path))
        await asyncio.sleep(minutes * 60)
        over.set()
        await asyncio.wait([troubled, *talking])
        writing.cancel()
    await _ends(town, figures, trouble)
    figures.write(path)


async def _writes(figures: Figures, look: Callable[[], None], path: Path) -> None:
    while True:
        look()
        figures.write(path)
        await asyncio.sleep(LOOKS_EVERY_S)


async def _ends(town: Town, figures: Figures, trouble: Trouble) -> None:
    """Without faults any more: what is left behind, and what was put aside."""
    town.telegram.faults.clear()
    town.openai.faults.clear()
    trouble.sets_clock(0)
    await town.bot()
    trouble.looks()
    dead = await town.command("inbox", "--dead", "--json")
    mended: dict[str, Any] = await town.command("reconcile", "--json")
    swept: dict[str, Any] = await town.command("sweep", "--json")
    left: dict[str, Any] = await town.command("reconcile", "--dry-run", "--json")
    figures.end = {
        "dead_letters": dead["dead_letters"],
        "mended": mended,
        "swept": swept,
        "orphans": left["orphans_deleted"],
        "missing": left["missing_restored"] + left["missing_retired"],
        "files": len(town.openai.files),
    }
    trouble.reads_log(town.bots[-1])
