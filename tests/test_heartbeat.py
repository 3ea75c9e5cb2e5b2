"""The bot's sign of life: there while it polls, gone two minutes after, and no poll's trouble."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from snapthread.errors import StoreBusy
from snapthread.intake.heartbeat import BEAT_EVERY_S, Heartbeat, is_alive
from tests import virtual
from tests.contracts.builders import STORES
from tests.process.warm import snapthread


@pytest.mark.parametrize("store", sorted(STORES))
def test_a_bot_lives_for_two_minutes_after_its_last_sign(store: str, tmp_path: Path) -> None:
    async def story() -> None:
        jobs, now = await STORES[store](tmp_path), virtual.START
        assert not await is_alive(jobs, now)
        for process in (
            Heartbeat(jobs=jobs, clock=lambda: now),
            Heartbeat(jobs=jobs, clock=lambda: now),
        ):
            await process.beat()
        assert await is_alive(jobs, now + timedelta(seconds=119))
        assert not await is_alive(jobs, now + timedelta(seconds=121))
        await Heartbeat(jobs=jobs, clock=lambda: now + timedelta(hours=1)).beat()
        assert await is_alive(jobs, now + timedelta(hours=1))
        await jobs.close()

    asyncio.run(story())


class Counted:
    """Counts what it is told, and may be away."""

    def __init__(self) -> None:
        self.beats = 0
        self.is_away = False

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        if self.is_away:
            raise StoreBusy("away")
        self.beats += 1
        return True


def test_polls_that_follow_each_other_quickly_write_once() -> None:
    async def story() -> None:
        jobs = Counted()
        heartbeat = Heartbeat(jobs=jobs, clock=virtual.now)
        for _ in range(100):
            await heartbeat.beat()
        assert jobs.beats == 1
        await asyncio.sleep(BEAT_EVERY_S)
        await heartbeat.beat()
        assert jobs.beats == 2

    virtual.run(story())


def test_a_store_that_is_away_costs_no_poll() -> None:
    async def story() -> None:
        jobs = Counted()
        jobs.is_away = True
        await Heartbeat(jobs=jobs, clock=virtual.now).beat()
        assert jobs.beats == 0

    virtual.run(story())


def test_who_listens_to_a_webhook_beats_although_nobody_writes() -> None:
    async def story() -> None:
        jobs = Counted()
        listening = asyncio.create_task(Heartbeat(jobs=jobs, clock=virtual.now).run())
        await asyncio.sleep(3600.0)
        listening.cancel()
        assert jobs.beats >= 3600 / BEAT_EVERY_S - 1

    virtual.run(story())


def test_without_a_bot_health_ends_with_1_and_makes_no_store(tmp_path: Path) -> None:
    done = snapthread("health", cwd=tmp_path)

    assert done.returncode == 1
    assert "No bot of this store" in done.stdout
    assert not (tmp_path / "data").exists()
