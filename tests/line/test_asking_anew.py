"""/retry, Continue and edits: a question is asked anew, and the new answer takes the old one's
place, in the chat and in the conversation."""

from pathlib import Path
from typing import Any

import pytest

from snapthread_sandbox.faults import out_of_credit
from snapthread_sandbox.openai.scripted_model import Incomplete
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.line.asked import asked
from tests.line.mortal import Moment
from tests.line.photos import photo
from tests.line.world import World, opened


def button(message: Message) -> dict[str, Any]:
    """The only one below a message."""
    (found,) = message.buttons
    return found


def succeeded(world: World) -> int:
    return sum(request.status == 200 for request in world.requests)


async def answered(world: World, requests: int) -> None:
    """So many requests succeeded, and all is at rest."""
    await world.until(lambda: succeeded(world) >= requests)
    await world.rests()


async def texts(world: World, person: Person, count: int) -> list[str]:
    await world.until(lambda: len(person.sees) >= count)
    await world.rests()
    return person.sees


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


async def test_a_retry_counts_as_a_message_again_and_its_photo_does_not(tmp_path: Path) -> None:
    limits = {"USER_DAILY_MESSAGES": "2", "USER_DAILY_IMAGES": "1"}
    async with opened(tmp_path, **limits) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        ada.sends("/retry")
        await answered(world, 2)
        ada.sends("/retry")
        (_, refused) = await texts(world, ada, 2)
        assert refused.startswith("You have reached today's limit")
        assert succeeded(world) == 2


async def test_a_retry_waits_for_the_answer_before_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("First", first_s=5.0)
        world.model.says("Second")
        ada.sends("Question")
        ada.sends("/retry")
        await answered(world, 2)
        assert ada.sees == ["Second"]


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("call", ["store.reopen", "store.compose", "store.finish", "chat.edit"])
async def test_a_kill_in_a_retry_leaves_one_answer(
    tmp_path: Path, call: str, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="Question")
        await ada.hears()
        await world.rests()
        process = world.process
        assert process is not None
        world.model.says("Second")
        world.model.says("Second")
        process.life.kill_at(call, moment)
        ada.sends("/retry")
        await process.bury()
        await world.start()
        await world.until(lambda: ada.sees == ["Second"])
        await world.rests()
        ada.sends("Next")
        await world.until(lambda: len(ada.sees) == 2)
        assert asked(world) == ["[photo 1]\nQuestion", "→ Second", "Next"]
        assert set(world.requests[-1].file_ids) == world.files
        assert len(world.files) == 1


# ---------------------------------------------------------------- the button below a failure


async def test_a_failure_has_a_button_and_the_answer_takes_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends_photo(photo(), caption="Question")
        (failed,) = await ada.hears()
        assert button(failed)["text"] == "Try again"
        ada.presses(button(failed))
        await answered(world, 1)
        await world.until(lambda: "You said" in failed.text)
        assert not failed.buttons
        assert len(ada.sees) == 1
        assert len(world.files) == 1


async def test_a_retry_that_fails_leaves_the_answer_and_says_so_beside_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The **first** answer")
        ada.sends("Question")
        (answer,) = await ada.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("/retry")
        (failed,) = await ada.hears()
        assert answer.text == "The first answer"
        assert failed.text.startswith("The assistant is not available")
        ada.sends("Next")
        await answered(world, 2)
        assert asked(world) == ["Question", "→ The **first** answer", "Next"]


async def test_the_button_of_a_failed_retry_puts_the_answer_in_place_and_takes_the_failure_away(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("First")
        ada.sends("Question")
        await ada.hears()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("/retry")
        (failed,) = await ada.hears()
        world.model.says("Second")
        ada.presses(button(failed))
        await answered(world, 2)
        assert ada.sees == ["Second"]


@pytest.mark.parametrize("has_answer", [False, True])
async def test_a_retry_that_failed_in_the_same_way_again_went_unseen(
    tmp_path: Path, *, has_answer: bool
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("First")
        if not has_answer:
            world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("Question")
        await ada.hears()
        shown = len(ada.chat.from_bot)
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=2)
        for _ in range(2):
            ada.sends("/retry")
            (failed,) = await ada.hears()
            await world.rests()
            assert failed.text.startswith("The assistant is not available")
            assert len(ada.chat.from_bot) == shown + has_answer
        assert ada.sees == ["First"] * has_answer + [failed.text]


async def test_a_stopped_answer_has_a_button(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("word " * 60, between_s=0.2)
        ada.sends("Question")
        await world.until(lambda: bool(ada.sees))
        ada.sends("/stop")
        await world.rests()
        (stopped,) = ada.chat.from_bot
        world.model.says("Whole")
        ada.presses(button(stopped))
        await answered(world, 2)
        assert asked(world) == ["Question"]
        assert ada.sees == ["Whole"]


async def test_a_second_press_of_a_button_does_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("Question")
        (failed,) = await ada.hears()
        world.model.says("Answer", first_s=3.0)
        pressed = button(failed)
        ada.presses(pressed)
        ada.presses(pressed, on=failed)
        await answered(world, 1)
        assert ada.sees == ["Answer"]
        assert succeeded(world) == 1


async def test_a_stale_button_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("Question")
        (failed,) = await ada.hears()
        retry = button(failed)
        ada.sends("/retry")
        await answered(world, 1)
        ada.presses(retry, on=failed)
        await world.until(lambda: len(ada.sees) == 2)
        assert ada.sees[-1].startswith("This button no longer works")
        assert succeeded(world) == 1


async def test_a_button_of_before_a_reset_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("Question")
        (failed,) = await ada.hears()
        ada.sends("/reset")
        await ada.hears()
        ada.presses(button(failed))
        (said,) = await ada.hears()
        assert said.text.startswith("This button no longer works")
        assert not succeeded(world)


async def test_a_button_of_an_older_question_offers_to_ask_from_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.sends("One")
        (failed,) = await ada.hears()
        ada.sends_photo(photo("blue"), caption="Two")
        await ada.hears()
        await world.rests()
        assert len(world.files) == 1
        ada.presses(button(failed))
        (offered,) = await ada.hears()
        assert offered.text.startswith("Our conversation has gone on")
        assert succeeded(world) == 1
        ada.presses(button(offered))
        await answered(world, 2)
        assert asked(world) == ["One"]
        await world.until(lambda: not world.files)
        assert not offered.buttons


# ---------------------------------------------------------------- Continue


async def test_an_answer_that_was_cut_goes_on_and_stays_one_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Question")
        _, cut = await ada.hears(2)
        assert button(cut)["text"] == "Continue"
        world.model.says("and the second.")
        ada.presses(button(cut))
        await answered(world, 2)
        assert asked(world)[:2] == ["Question", "→ The first half"]
        assert "cut off at its length" in asked(world)[2]
        assert not cut.buttons
        assert ada.sees[-1] == "and the second."
        ada.sends("Next")
        await answered(world, 3)
        assert asked(world) == ["Question", "→ The first half and the second.", "Next"]


async def test_a_retry_after_it_takes_the_place_of_all_of_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Question")
        _, cut = await ada.hears(2)
        world.model.says("and the second.")
        ada.presses(button(cut))
        await ada.hears()
        await world.rests()
        world.model.says("Whole")
        ada.sends("/retry")
        await answered(world, 3)
        assert ada.sees == ["Whole"]


async def test_a_continuation_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Question")
        _, cut = await ada.hears(2)
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        ada.presses(button(cut))
        (failed,) = await ada.hears()
        assert button(failed)["text"] == "Continue"
        world.model.says("and the second.")
        ada.presses(button(failed))
        await answered(world, 2)
        ada.sends("Next")
        await answered(world, 3)
        assert asked(world)[1] == "→ The first half and the second."


async def test_a_continuation_after_others_came_offers_to_ask_from_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Question")
        _, cut = await ada.hears(2)
        ada.sends("Next")
        await ada.hears()
        ada.presses(button(cut))
        (said,) = await ada.hears()
        assert said.text.startswith("Our conversation has gone on")
        assert succeeded(world) == 2


async def test_undo_takes_a_continued_answer_back_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Question")
        _, cut = await ada.hears(2)
        ada.presses(button(cut))
        await ada.hears()
        ada.sends("/undo")
        await ada.hears()
        ada.sends("Next")
        await answered(world, 3)
        assert asked(world) == ["Next"]
