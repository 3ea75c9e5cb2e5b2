"""A bot that nobody writes to is known to be ready, at its start and after trouble."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from snapthread.errors import StoreFull
from snapthread.intake.health import Health
from snapthread_sandbox.faults import telegram_error
from tests import virtual
from tests.line.world import World, opened

QUIET_S = 60.0  # longer than a long poll


async def test_a_quiet_bot_is_ready_before_its_first_long_poll_ends(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        assert world.process is not None
        line = world.process.bot
        await world.until(lambda: polls(world) == 2)
        assert await line.reasons() == []
        assert virtual.loop().time() < QUIET_S / 2


async def test_a_quiet_bot_is_ready_soon_after_trouble(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        assert world.process is not None
        line = world.process.bot
        world.telegram.faults.add(on="getUpdates", reply=telegram_error(502, "Bad Gateway"))
        await world.until(lambda: polls(world) == 1)
        assert await line.reasons() != []
        await world.until(lambda: polls(world) == 3)
        assert await line.reasons() == []
        assert virtual.loop().time() < QUIET_S / 2


async def test_a_clock_that_was_set_back_is_told_for_a_while() -> None:
    ahead = [timedelta()]
    health = Health(clock=lambda: virtual.now() + ahead[0])
    health.mark_ok("telegram")
    await asyncio.sleep(5)
    ahead[0] = -timedelta(hours=1)
    assert health.reasons() == ["clock: this machine's clock was set back by 3600 s"]
    await asyncio.sleep(601)
    health.mark_ok("telegram")
    assert health.reasons() == []


async def test_a_clock_that_jumps_makes_no_poll_old() -> None:
    ahead = [timedelta()]
    health = Health(clock=lambda: virtual.now() + ahead[0])
    health.mark_ok("telegram")
    await asyncio.sleep(5)
    ahead[0] = timedelta(hours=1)
    assert health.reasons() == []
    assert health.poll_age_s == 5
    ahead[0] = timedelta()
    assert health.poll_age_s == 5


def polls(world: World) -> int:
    return sum(call.method == "getUpdates" for call in world.telegram.calls)


class Full:
    """A store that can be read, and whose disk is full while a test says so."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.is_full = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def accept(self, *args: Any, **kw: Any) -> Any:
        if self.is_full:
            raise StoreFull("the disk is full")
        return await self._store.accept(*args, **kw)

    async def accept_and_claim(self, *args: Any, **kw: Any) -> Any:
        if self.is_full:
            raise StoreFull("the disk is full")
        return await self._store.accept_and_claim(*args, **kw)


async def test_a_full_disk_is_told_until_something_could_be_written_again(tmp_path: Path) -> None:
    """A store that can be read was taken for one that can be written."""
    async with opened(tmp_path) as world:
        assert world.process is not None
        bot = world.process.bot
        full = Full(bot.intake.store)
        bot.intake.store = full
        world.person(1001).sends("Is there room?")
        await asyncio.sleep(30)
        assert await bot.reasons() == ["store: the disk is full"]
        assert await bot.reasons() == ["store: the disk is full"]

        full.is_full = False
        await world.until(lambda: len(world.requests) == 1)
        assert await bot.reasons() == []
