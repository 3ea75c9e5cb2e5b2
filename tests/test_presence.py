"""Reports of a process on itself: while it runs, and not after it ended in order."""

import asyncio
from pathlib import Path

from snapthread.errors import StoreBusy
from snapthread.intake.presence import TELL_EVERY_S, Presence
from snapthread.model import Replica
from snapthread.store import Store
from tests import virtual
from tests.line.world import opened


class Told:
    """Remembers what it is told, and may be away."""

    def __init__(self) -> None:
        self.known: list[Replica] = []
        self.forgotten: list[str] = []
        self.is_away = False

    async def note_replica(self, replica: Replica) -> None:
        if self.is_away:
            raise StoreBusy("away")
        self.known.append(replica)

    async def forget_replica(self, name: str) -> None:
        if self.is_away:
            await asyncio.sleep(3600)
        self.forgotten.append(name)

    async def replicas(self) -> tuple[Replica, ...]:
        return tuple(self.known)


def presence(told: Told) -> Presence:
    return Presence(
        replicas=told,
        clock=virtual.now,
        name="host:1",
        version="1.2.3",
        is_polling=lambda: True,
        active_turns=lambda: len(told.known),
    )


async def test_a_process_tells_of_itself_every_half_minute_and_outlives_a_store_that_is_away() -> (
    None
):
    told = Told()
    telling = asyncio.create_task(presence(told).run())
    await asyncio.sleep(1)
    told.is_away = True
    await asyncio.sleep(TELL_EVERY_S)
    told.is_away = False
    await asyncio.sleep(TELL_EVERY_S)
    telling.cancel()

    first, last = told.known
    assert (first.name, first.version, first.is_polling) == ("host:1", "1.2.3", True)
    assert (first.active_turns, last.active_turns) == (0, 1)
    assert last.began_at == first.began_at == first.seen_at
    assert (last.seen_at - first.seen_at).total_seconds() == 2 * TELL_EVERY_S


async def test_a_store_that_is_away_holds_up_no_end() -> None:
    told = Told()
    told.is_away = True
    async with asyncio.timeout(2):
        await presence(told).leave()
    assert told.forgotten == []


async def test_a_bot_that_was_killed_stays_to_be_seen_and_one_that_ended_does_not(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        process = world.process
        assert process is not None
        await asyncio.sleep(1)
        await process.kill()
        (known,) = await known_in(world.folder)
        assert known.name == process.bot.presence.name
        await (await world.start()).stop()
        assert await known_in(world.folder) == ()


async def known_in(folder: Path) -> tuple[Replica, ...]:
    store = await Store.open(folder / "bot.db")
    try:
        return await store.replicas()
    finally:
        await store.close()
