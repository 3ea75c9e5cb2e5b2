"""/retry, Continue and edits: a question is asked anew, and the new answer takes the old one's
place, in the chat and in the conversation."""

from pathlib import Path
from typing import Any

from snapthread_sandbox.telegram.chats import Message
from tests.line.asked import asked
from tests.line.photos import photo
from tests.line.world import World, opened


def button(message: Message) -> dict[str, Any]:
    """The only one below a message."""
    (found,) = message.buttons
    return found


async def answered(world: World, requests: int) -> None:
    """So many requests were made, and all is at rest."""
    await world.until(lambda: len(world.requests) >= requests)
    await world.rests()


# ---------------------------------------------------------------- /retry


async def test_the_last_question_is_answered_anew_in_the_place_of_its_answer(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("First answer")
        ada.sends("Question")
        (answer,) = await ada.hears()
        world.model.says("Second answer")
        ada.sends("/retry")
        await answered(world, 2)
        assert asked(world) == ["Question"]
        assert ada.sees == ["Second answer"]
        assert answer.text == "Second answer"
        ada.sends("Next")
        await answered(world, 3)
        assert asked(world) == ["Question", "→ Second answer", "Next"]


async def test_a_photo_is_neither_downloaded_nor_uploaded_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="What is it?")
        await ada.hears()
        before = world.files
        downloads = [call for call in world.telegram.calls if call.method == "getFile"]
        ada.sends("/retry")
        await answered(world, 2)
        assert world.files == before == set(world.requests[-1].file_ids)
        assert [call for call in world.telegram.calls if call.method == "getFile"] == downloads
        assert "[photo 1]" in asked(world)[0]


async def test_there_is_nothing_to_ask_again_in_an_empty_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("/retry")
        (said,) = await ada.hears()
        assert said.text.startswith("There is nothing to ask again yet")


async def test_a_shorter_answer_takes_the_surplus_away_and_a_longer_one_adds_to_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("long " * 2000)
        ada.sends("Question")
        await ada.hears(3)
        world.model.says("short")
        ada.sends("/retry")
        await answered(world, 2)
        assert ada.sees == ["short"]
        world.model.says("long " * 1500)
        ada.sends("/retry")
        await answered(world, 3)
        assert len(ada.sees) == 2
