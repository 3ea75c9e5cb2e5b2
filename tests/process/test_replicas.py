"""Several processes serve one bot: they are killed, restarted and cut off, and nothing is lost."""

import asyncio
import os
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from snapthread_sandbox.openai.scripted_model import Answer
from tests.process.fleet import Crowd, Fleet, balancer, opened
from tests.servers import Server, free_port, own_server

REPLICAS = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "server"
    folder.mkdir()
    with own_server(folder) as server:
        yield server


def test_kills_lose_nothing_and_keep_the_order(tmp_path: Path, server: Server) -> None:
    asyncio.run(_killed(tmp_path, server, people=20, questions=4, every_s=2.0, kills=3))


@pytest.mark.soak
def test_kills_under_a_long_load(tmp_path: Path, server: Server) -> None:
    """500 people with 10 questions each, a process killed every 20 s."""
    kills = int(os.environ.get("KILLS", "12"))
    asyncio.run(_killed(tmp_path, server, people=500, questions=10, every_s=20.0, kills=kills))


async def _killed(
    folder: Path, server: Server, *, people: int, questions: int, every_s: float, kills: int
) -> None:
    """Processes are killed in turn; in the middle the store's server is, too."""
    async with opened(folder, server) as fleet, asyncio.timeout(3600):
        fleet.town.model.otherwise = Answer(text=lambda asked: asked.last_text, first_s=0.2)
        await fleet.start(REPLICAS)
        crowd = Crowd(fleet.town, people)
        asking = asyncio.create_task(_ask(crowd, questions, pause_s=kills * every_s / questions))
        for kill in range(kills):
            await asyncio.sleep(every_s * random.uniform(0.5, 1.5))
            await fleet.kill(kill % REPLICAS)
            if kill == kills // 2:
                server.kill()
                server.start()
        await asking
        await crowd.answered(fleet.town)
        assert crowd.check_order() <= kills + 1
        await _nothing_is_left_behind(fleet)


async def _ask(crowd: Crowd, questions: int, *, pause_s: float) -> None:
    for number in range(questions):
        crowd.ask(str(number))
        await asyncio.sleep(pause_s)


async def _nothing_is_left_behind(fleet: Fleet) -> None:
    await fleet.command("reconcile", "--json")
    dry = await fleet.command("reconcile", "--dry-run", "--json")
    assert dry["orphans_deleted"] == 0
    assert not any(request.dead_ids for request in fleet.town.openai.requests)


def test_a_rolling_restart_behind_a_webhook_loses_and_repeats_nothing(
    tmp_path: Path, server: Server
) -> None:
    async def story() -> None:
        port = free_port()
        url = f"http://127.0.0.1:{port}/telegram"
        async with (
            opened(tmp_path, server, TELEGRAM_WEBHOOK_URL=url) as fleet,
            balancer(fleet, port),
            asyncio.timeout(300),
        ):
            fleet.town.model.otherwise = Answer(text=lambda asked: asked.last_text, first_s=0.3)
            await fleet.start(2)
            crowd, numbers = Crowd(fleet.town, 10), count()
            for place in (0, 1):
                crowd.ask(str(next(numbers)))
                assert await fleet.roll(place) == 0
            crowd.ask(str(next(numbers)))
            await crowd.answered(fleet.town)
            assert crowd.check_order() == 0
            assert not fleet.town.leaks

    asyncio.run(story())


def test_who_polls_is_replaced_and_the_others_stand_by(tmp_path: Path, server: Server) -> None:
    async def story() -> None:
        async with opened(tmp_path, server) as fleet, asyncio.timeout(300):
            fleet.town.model.otherwise = Answer(text=lambda asked: asked.last_text)
            await fleet.start(2)
            crowd = Crowd(fleet.town, 1)
            crowd.ask("one")
            await crowd.answered(fleet.town)
            # What Telegram took and nobody had written down yet may come twice after a kill.
            await fleet.town.until(lambda: any("turn.delivered" in bot.log for bot in fleet.bots))
            # One that got no processor for its lease finds out as soon as it gets some.
            await fleet.town.until(lambda: sum(_polls(bot.log) for bot in fleet.bots) == 1)
            (poller,) = [bot for bot in fleet.bots if _polls(bot.log)]
            poller.kill()
            await poller.ended()
            crowd.ask("two")
            await crowd.answered(fleet.town)
            assert crowd.check_order() == 0

    asyncio.run(story())


def _polls(log: str) -> bool:
    """Took the lease and did not lose it since, as a process that got no processor for it does."""
    return log.count("duty.taken") > log.count("is somebody else's now")
