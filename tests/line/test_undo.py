"""/undo takes the last question and its answer back, with their photos."""

from pathlib import Path

import pytest

from tests.line.asked import asked
from tests.line.mortal import Moment
from tests.line.photos import photo
from tests.line.world import opened

UNDONE = "I have taken back your last question and my answer"
BOT = "@snapthread_bot"
NOTHING = "There is nothing to take back: our conversation is empty."


async def test_the_last_question_and_its_answer_leave_the_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for text in ("One", "Two"):
            ada.sends(text)
            await ada.hears()
        ada.sends("/undo")
        (said,) = await ada.hears()
        assert said.text.startswith(UNDONE)
        ada.sends("Three")
        await ada.hears()
        assert asked(world) == ["One", "→ You said: One", "Three"]


async def test_its_photo_is_deleted_at_openai_and_an_older_one_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"), caption="Red?")
        await ada.hears()
        before = world.files
        ada.sends_photo(photo("blue"), caption="Blue?")
        await ada.hears()
        assert len(world.files) == 2
        ada.sends("/undo")
        await ada.hears()
        await world.until(lambda: world.files == before)
        ada.sends("And?")
        await ada.hears()
        assert set(world.requests[-1].file_ids) == before


async def test_an_empty_conversation_has_nothing_to_take_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("/undo")
        (said,) = await ada.hears()
        assert said.text == NOTHING


async def test_it_waits_for_the_answer_that_is_being_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("Late", first_s=5.0)
        ada.sends("Slow question")
        ada.sends("/undo")
        answer, said = await ada.hears(2)
        assert answer.text == "Late"
        assert said.text.startswith(UNDONE)
        ada.sends("Next")
        await ada.hears()
        assert asked(world) == ["Next"]


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
async def test_a_kill_at_its_end_takes_one_question_back_and_not_two(
    tmp_path: Path, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for text in ("One", "Two"):
            ada.sends(text)
            await ada.hears()
        await world.rests()
        process = world.process
        assert process is not None
        process.life.kill_at("store.finish", moment)
        ada.sends("/undo")
        await process.bury()
        await world.start()
        await world.until(lambda: any(text.startswith(UNDONE) for text in ada.sees))
        ada.sends("Three")
        await world.until(lambda: len(world.requests) == 3)
        assert asked(world) == ["One", "→ You said: One", "Three"]


async def test_in_a_group_it_is_for_whoever_asked_and_for_admins(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, bob = world.person(1001), world.person(1002, first_name="Bob")
        group = world.telegram.group(-1002001)
        ada.sends(f"{BOT} One?", to=group)
        await group.chat.hears()
        bob.sends(f"/undo{BOT}", to=group)
        await world.until(lambda: bool(group.chat.ephemerals))
        (refused,) = group.chat.ephemerals
        assert refused.text.startswith("Only the person who asked")
        ada.sends(f"/undo{BOT}", to=group)
        (said,) = await group.chat.hears()
        assert said.text.startswith(UNDONE)
