"""The commands that clean and mend, as an operator runs them, beside a bot that serves."""

import asyncio

from tests.line.photos import album, photo
from tests.process.town import Town, hears


async def nothing_is_missing(town: Town) -> None:
    """Mend what other stories took away; where one was killed, once its lease is over."""
    while (await town.command("reconcile", "--dry-run", "--json"))["missing_restored"]:
        await town.command("reconcile", "--json")


def test_commands_clean_and_mend_beside_a_running_bot(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        await nothing_is_missing(town)
        ada, bob = town.newcomer(), town.newcomer()
        ada.sends_album(album(2), caption="What do you make of these?")
        await hears(ada)
        town.openai.vanish(town.last_request.file_ids[0])
        bob.sends_photo(photo("blue"))
        await hears(bob)
        (bobs_file,) = town.last_request.file_ids
        swept, dry, receipt = await asyncio.gather(
            town.command("sweep", "--json"),
            town.command("reconcile", "--dry-run", "--json"),
            town.command("erase", str(bob.id), "--yes", "--json"),
        )
        assert swept.keys() == {"images_retired", "files_deleted", "remaining"}
        assert dry["missing_restored"] == 1
        assert (receipt["files_deleted"], receipt["files_pending"]) == (1, 0)
        assert bobs_file in town.openai.deleted
        mended, held = await asyncio.gather(
            town.command("reconcile", "--json"), town.command("export", str(ada.id))
        )
        assert mended["missing_restored"] == 1
        assert [line["role"] for line in held["conversation"]] == ["user", "assistant"]
        ada.sends("And the first one?")
        await hears(ada)
        assert len(town.last_request.file_ids) == 2
        assert not town.last_request.dead_ids

    town.play(story)
