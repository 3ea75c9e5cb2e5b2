"""An edited question: waiting, running, answered, older, unknown."""

import asyncio
from pathlib import Path

import pytest

from snapthread_sandbox.faults import out_of_credit
from snapthread_sandbox.openai.scripted_model import Incomplete
from tests.line.asked import asked
from tests.line.mortal import Moment
from tests.line.photos import album, photo
from tests.line.test_asking_anew import answered, button, succeeded
from tests.line.world import opened

UNKNOWN = "This message is not part of our conversation"


async def test_an_answered_question_is_asked_anew_and_the_answer_takes_the_place_of_the_old(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Waht is it?")
        (answer,) = await ada.hears()
        ada.edits(question, "What is it?")
        await answered(world, 2)
        assert ada.sees == ["You said: What is it?"]
        assert answer.text == "You said: What is it?"
        ada.sends("Next")
        await answered(world, 3)
        assert asked(world) == ["What is it?", "→ You said: What is it?", "Next"]


async def test_the_photo_of_an_edited_caption_is_not_uploaded_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends_photo(photo(), caption="Waht?")
        await ada.hears()
        before = world.files
        uploads = len(world.openai.files)
        ada.edits(question, "What?")
        await answered(world, 2)
        assert asked(world) == ["[photo 1]\nWhat?"]
        assert set(world.requests[-1].file_ids) == world.files == before
        assert len(world.openai.files) == uploads


async def test_a_photo_that_was_swapped_is_seen_and_the_old_one_is_deleted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends_photo(photo("red"), caption="Colour?")
        await ada.hears()
        before = world.files
        ada.swaps_photo(question, photo("blue"), caption="Colour?")
        await answered(world, 2)
        assert "blue" in ada.sees[0]
        (new,) = world.requests[-1].file_ids
        assert new not in before
        await world.until(lambda: world.files == {new})


async def test_a_photo_that_was_swapped_without_a_word_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends_photo(photo("red"))
        await ada.hears()
        ada.swaps_photo(question, photo("blue"))
        await answered(world, 2)
        assert "blue" in ada.sees[0]
        assert len(ada.sees) == 1


async def test_the_caption_of_an_album_is_edited_and_its_photos_stay(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        parts = ada.sends_album(album(3), caption="Witch?", caption_on=1)
        await ada.hears()
        before = world.files
        ada.edits(parts[1], "Which?")
        await answered(world, 2)
        assert asked(world)[0].endswith("Which?")
        assert set(world.requests[-1].file_ids) == world.files == before
        assert len(before) == 3


async def test_a_question_that_waits_counts_as_edited(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("Slow", first_s=5.0)
        ada.sends("First")
        waits = ada.sends("Wrong")
        await world.until(lambda: len(world.requests) == 1)
        ada.edits(waits, "Right")
        await answered(world, 2)
        assert asked(world)[-1] == "Right"
        assert ada.sees == ["Slow", "You said: Right"]


async def test_a_question_that_runs_is_stopped_and_asked_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("old " * 100, between_s=0.2)
        question = ada.sends("Wrong")
        await world.until(lambda: bool(ada.sees))
        ada.edits(question, "Right")
        await world.until(lambda: ada.sees == ["You said: Right"])
        await world.rests()
        await asyncio.sleep(30)
        assert ada.sees == ["You said: Right"]
        assert world.openai.broken_off
        ada.sends("Next")
        await world.until(lambda: len(ada.sees) == 2)
        assert asked(world) == ["Right", "→ You said: Right", "Next"]


async def test_of_many_edits_the_last_one_is_answered_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("old " * 100, between_s=0.2)
        question = ada.sends_photo(photo(), caption="Zero")
        await world.until(lambda: bool(ada.sees))
        for text in ("One", "Two", "Three"):
            ada.edits(question, text)
            await asyncio.sleep(0.3)
        await world.until(lambda: "Three" in ada.sees[0])
        await world.rests()
        assert len(ada.sees) == 1
        assert len(world.files) == 1
        assert asked(world) == ["[photo 1]\nThree"]


async def test_an_edit_of_an_older_question_offers_to_ask_again_from_there(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"), caption="One")
        await ada.hears()
        question = ada.sends("Tow")
        await ada.hears()
        ada.sends_photo(photo("blue"), caption="Three")
        await ada.hears()
        await world.rests()
        assert len(world.files) == 2
        ada.edits(question, "Two")
        (offered,) = await ada.hears()
        assert offered.text.startswith("I see that you changed this question")
        assert offered.json["reply_to_message"]["message_id"] == question.id
        await world.rests()
        assert succeeded(world) == 3
        ada.presses(button(offered))
        await answered(world, 4)
        assert asked(world)[-1] == "Two"
        assert "Three" not in str(asked(world))
        await world.until(lambda: len(world.files) == 1)
        assert ada.sees[1].startswith("You said: Two")
        assert not offered.buttons


async def test_later_answers_vanish_from_the_chat_as_from_the_conversation(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Oen")
        await ada.hears()
        for text in ("Two", "Three"):
            ada.sends(text)
            await ada.hears()
        ada.edits(question, "One")
        (offered,) = await ada.hears()
        assert "My later answers also vanish" in offered.text
        ada.presses(button(offered))
        await answered(world, 4)
        await world.until(lambda: len(ada.sees) == 2)
        assert [text[:13] for text in ada.sees] == ["You said: One", "I see that yo"]


async def test_later_answers_that_are_too_old_to_go_stay_without_buttons(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Oen")
        await ada.hears()
        world.model.says("A long sto", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("Two")
        _, cut = await ada.hears(2)
        assert cut.buttons
        await world.sleeps(3 * 86_400)
        ada.edits(question, "One")
        (offered,) = await ada.hears()
        ada.presses(button(offered))
        await answered(world, 3)
        await world.until(lambda: not cut.buttons)
        shown = [text[:13] for text in ada.sees]
        assert shown == ["You said: One", "A long sto", "(The answer w", "I see that yo"]


async def test_in_a_group_later_answers_stay_for_the_others_to_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        group = world.telegram.group(-1002001)
        question = ada.sends("@snapthread_bot Oen", to=group)
        await group.chat.hears()
        await world.rests()
        world.model.says("A long sto", ending=Incomplete(reason="max_output_tokens"))
        ada.sends("@snapthread_bot Two", to=group)
        _, cut = await group.chat.hears(2)
        assert cut.buttons
        await world.rests()
        ada.edits(question, "@snapthread_bot One")
        (offered,) = await group.chat.hears()
        assert "vanish" not in offered.text
        ada.presses(button(offered), on=offered)
        await answered(world, 3)
        await world.until(lambda: not cut.buttons)
        assert cut in group.chat.from_bot


async def test_the_second_of_two_offers_is_stale(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Tow")
        await ada.hears()
        ada.sends("Three")
        await ada.hears()
        ada.edits(question, "Twoo")
        (first,) = await ada.hears()
        ada.edits(question, "Two")
        (second,) = await ada.hears()
        ada.presses(button(first), on=first)
        await answered(world, 3)
        assert asked(world) == ["Two"]
        ada.presses(button(second), on=second)
        await world.until(lambda: ada.sees[-1].startswith("This button no longer works"))
        assert succeeded(world) == 3


async def test_an_offer_is_not_taken_while_another_question_runs(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("One")
        await ada.hears()
        ada.sends("Two")
        await ada.hears()
        ada.edits(question, "1")
        (offered,) = await ada.hears()
        world.model.says("Three", first_s=5.0)
        ada.sends("Three")
        await world.until(lambda: len(world.requests) == 3)
        ada.presses(button(offered))
        await world.until(lambda: any(text.startswith("I'm still answering") for text in ada.sees))
        await world.rests()
        ada.presses(button(offered), on=offered)
        await answered(world, 4)
        assert asked(world) == ["1"]


async def test_a_failed_question_that_is_edited_is_asked_and_the_failure_goes(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=out_of_credit(), times=1)
        question = ada.sends("Wrong")
        await ada.hears()
        ada.edits(question, "Right")
        await answered(world, 1)
        assert ada.sees == ["You said: Right"]


async def test_an_edit_that_changes_nothing_is_not_asked(tmp_path: Path) -> None:
    """Telegram says that an update may come of changes nobody sees."""
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends_photo(photo(), caption="Same")
        await ada.hears()
        ada.edits(question, "Same")
        await asyncio.sleep(10)
        await world.rests()
        assert succeeded(world) == 1
        assert len(ada.sees) == 1


async def test_an_edit_after_a_reset_gets_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Question")
        await ada.hears()
        ada.sends("/reset")
        await ada.hears()
        ada.edits(question, "Changed")
        (said,) = await ada.hears()
        assert said.text.startswith(UNKNOWN)
        assert succeeded(world) == 1


async def test_an_edit_of_what_was_taken_back_gets_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Question")
        await ada.hears()
        ada.sends("/undo")
        await ada.hears()
        ada.edits(question, "Changed")
        (said,) = await ada.hears()
        assert said.text.startswith(UNKNOWN)


async def test_an_edit_makes_no_command_and_an_edited_command_does_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends("Question")
        await ada.hears()
        ada.edits(question, "/reset")
        (said,) = await ada.hears()
        assert said.text.startswith("A command counts only when it is sent")
        command = ada.sends("/hepl")
        await ada.hears()
        ada.edits(command, "/help")
        (said,) = await ada.hears()
        assert said.text.startswith(UNKNOWN)
        ada.sends("Next")
        await answered(world, 2)
        assert asked(world)[0] == "Question"


async def test_an_edit_while_the_rest_of_its_answer_is_written_asks_it_anew(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("The first half", ending=Incomplete(reason="max_output_tokens"))
        question = ada.sends("Wrong")
        _, cut = await ada.hears(2)
        world.model.says("rest " * 100, between_s=0.2)
        ada.presses(button(cut))
        await world.until(lambda: len(world.requests) == 2)
        ada.edits(question, "Right")
        await world.until(lambda: "You said: Right" in ada.sees)
        await world.rests()
        ada.sends("Next")
        await world.until(lambda: ada.sees[-1] == "You said: Next")
        assert asked(world) == ["Right", "→ You said: Right", "Next"]


async def test_a_group_edits_too_and_what_was_not_asked_stays_unseen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        world.telegram.has_privacy = False
        ada = world.person()
        group = world.telegram.group(-1002001)
        question = ada.sends("@snapthread_bot Wrong", to=group)
        (answer,) = await group.chat.hears()
        other = ada.sends("To somebody else", to=group)
        ada.edits(question, "@snapthread_bot Right")
        await answered(world, 2)
        assert "Right" in answer.text
        ada.edits(other, "To somebody else!")
        await asyncio.sleep(10)
        assert len(group.chat.from_bot) == 1
        assert succeeded(world) == 2


async def test_a_question_and_its_edit_that_come_together_in_a_group_are_the_edited_one(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada, group = world.person(), world.telegram.group(-1002001)
        assert world.process is not None
        await world.process.stop()
        question = ada.sends("@snapthread_bot Wrong", to=group)
        ada.edits(question, "@snapthread_bot Right")
        await world.start()
        await answered(world, 1)
        assert asked(world) == ["Ada: @snapthread_bot Right"]


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("call", ["store.edit", "store.claim", "store.finish", "chat.edit"])
async def test_a_kill_in_an_edit_leaves_one_right_conversation(
    tmp_path: Path, call: str, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        question = ada.sends_photo(photo("red"), caption="Wrong")
        await ada.hears()
        await world.rests()
        process = world.process
        assert process is not None
        process.life.kill_at(call, moment)
        ada.swaps_photo(question, photo("blue"), caption="Right")
        await process.bury()
        await world.start()
        await world.until(lambda: "blue" in ada.sees[0])
        await world.rests()
        ada.sends("Next")
        await world.until(lambda: len(ada.sees) == 2)
        assert len(world.requests[-1].body["input"]) == 3
        assert asked(world)[0] == "[photo 1]\nRight"
        await world.until(lambda: world.files == set(world.requests[-1].file_ids))
