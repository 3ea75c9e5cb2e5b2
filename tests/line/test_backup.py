"""After yesterday's backup is restored, `reconcile` leaves no orphan and no dead reference."""

import asyncio
from pathlib import Path

from snapthread.store.sqlite.file.backup import backup, restore
from tests import virtual
from tests.line.photos import photo
from tests.line.world import World, play

DAY_S = 86_400.0


def test_reconcile_after_a_restore_leaves_no_orphan_and_no_dead_reference(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        assert world.process is not None
        ada, bob = world.person(1001), world.person(1002)
        for person, colour in ((ada, "red"), (bob, "blue")):
            person.sends_photo(photo(colour), caption="What is this?")
            await person.hears()
        await world.rests()
        backup(tmp_path / "bot.db", tmp_path / "yesterday.db")
        await world.sleeps(DAY_S)
        ada.sends_photo(photo("green"), caption="And this?")  # the backup knows nothing of it
        await ada.hears()
        bob.sends("/reset")  # deletes what the backup holds
        await bob.hears()
        await world.rests()
        deleted = set(world.openai.deleted)
        assert deleted
        await world.process.stop()

        restore(tmp_path / "yesterday.db", tmp_path / "bot.db", virtual.now())
        process = await world.start()
        await asyncio.sleep(700)  # an upload may last as long: younger files are left alone
        orphans = world.files - {
            row.openai_id for row in await process.store.live_after(None, limit=10)
        }
        assert len(orphans) == 1  # the bot itself compares at its start, and once a day
        await process.maintenance.reconcile.run()

        rows = await process.store.live_after(None, limit=10)
        assert len(rows) == 2
        assert {row.openai_id for row in rows} == world.files
        asked = len(world.requests)
        for person in (ada, bob):
            person.sends("What did I show you?")
            await person.hears()
        new = world.requests[asked:]
        assert [len(request.file_ids) for request in new] == [1, 1]
        assert not any(request.dead_ids for request in new)

    play(story, tmp_path)
