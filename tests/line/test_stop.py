"""Stop, by the button or by /stop: the answer ends, and what was said stays."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from snapthread_sandbox.faults import server_error, slow
from snapthread_sandbox.telegram.people import Person
from tests.line.mortal import Moment
from tests.line.photos import album, photo
from tests.line.world import World, opened

WORDS = " ".join(f"word{number}" for number in range(60))
EARLY = "Stopped before the first word."
NOTHING = "I'm not writing anything right now, so there is nothing to stop."


def stops(ada: Person, how: str) -> None:
    if how == "button":
        ada.presses_stop()
    else:
        ada.sends("/stop")


def said_by(world: World) -> list[Any]:
    """The lines of the last request."""
    return [(line["role"], line["content"]) for line in world.requests[-1].body["input"]]


@pytest.mark.parametrize("how", ["button", "command"])
async def test_what_was_said_is_sent_and_kept_and_charged(tmp_path: Path, how: str) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: "word9" in (ada.chat.draft.text if ada.chat.draft else ""))
        began = world.telegram.world.now()
        with capture_logs() as logs:
            stops(ada, how)
            (answer,) = await ada.hears()
        assert world.telegram.world.now() - began < 1
        assert answer.text.startswith("word0 word1")
        assert WORDS.startswith(answer.text)
        assert len(answer.text) < len(WORDS) / 2
        assert world.openai.broken_off
        (done,) = [line for line in logs if line["event"] == "turn.done"]
        assert (done["outcome"], done["reason"], done["estimated"]) == ("answered", "stopped", 1)
        assert done["output_tokens"] >= 10
        assert done["input_tokens"] >= 2
        ada.sends("Go on")
        await ada.hears()
        roles = [role for role, _ in said_by(world)]
        assert roles == ["user", "assistant", "user"]
        assert said_by(world)[1][1].startswith("word0 word1")
        assert len(ada.sees) == 2


@pytest.mark.parametrize("how", ["button", "command"])
async def test_before_the_first_word_a_sentence_says_so_and_the_question_stays(
    tmp_path: Path, how: str
) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, first_s=50.0)
        ada.sends_photo(photo(), caption="What is it?")
        await world.until(lambda: len(world.requests) == 1)
        began = world.telegram.world.now()
        stops(ada, how)
        (said,) = await ada.hears()
        assert world.telegram.world.now() - began < 1
        assert said.text.startswith(EARLY)
        assert "send the photo again" not in said.text
        ada.sends("Go on")
        await ada.hears()
        assert len(world.requests[-1].file_ids) == 1
        assert "What is it?" in str(said_by(world)[0])
        assert [role for role, _ in said_by(world)] == ["user", "user"]


async def test_while_the_photos_are_on_their_way_they_are_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=slow(20.0), times=None)
        ada.sends_album(album(2), caption="Which?")
        await world.until(lambda: ada.chat.draft is not None)
        began = world.telegram.world.now()
        ada.presses_stop()
        (said,) = await ada.hears()
        assert world.telegram.world.now() - began < 1
        assert said.text.startswith(EARLY)
        assert said.text.endswith(
            "The photos have not been kept yet. Press “Try again” to have me look at them."
        )
        assert not world.requests
        ada.sends("Go on")
        await ada.hears()
        assert "Which?" in str(said_by(world)[0])
        assert "[2 files of this message could not be read]" in str(said_by(world)[0])
        assert not world.files


async def test_a_document_on_its_way_was_called_a_photo(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.faults.add(on="file", reply=slow(20.0), times=None)
        ada.sends_document(b"words", file_name="a.txt", mime_type="text/plain", caption="What?")
        await world.until(lambda: ada.chat.draft is not None)
        ada.presses_stop()
        (said,) = await ada.hears()
        assert said.text.endswith(
            "The file has not been kept yet. Press “Try again” to have me look at it."
        )


async def test_while_waiting_to_ask_again_what_was_seen_is_kept(tmp_path: Path) -> None:
    from snapthread_sandbox.faults import cuts_stream

    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=30))
        world.openai.faults.add(on="POST /responses", reply=slow(50.0, then=server_error()))
        world.model.says(WORDS, between_s=0.1)
        ada.sends("Tell me")
        await world.until(lambda: len(world.requests) == 2)
        ada.presses_stop()
        (answer,) = await ada.hears()
        assert answer.text.startswith("word0 word1")


async def test_twice_is_once(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: "word9" in (ada.chat.draft.text if ada.chat.draft else ""))
        draft = ada.chat.draft
        ada.presses_stop(draft)
        ada.presses_stop(draft)
        await ada.hears()
        ada.sends("Go on")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Go on"
        assert len(ada.sees) == 2


async def test_while_the_answer_is_ending_it_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: "word9" in (ada.chat.draft.text if ada.chat.draft else ""))
        assert world.process is not None
        (claim,) = world.process.bot.worker.claims
        for _ in range(5):  # by the button, by another process, ... in one instant and after it
            world.process.bot.replica_sync.stop(claim.conversation, claim.turn)
            await asyncio.sleep(0)
        ada.sends("Go on")
        stopped, answer = await ada.hears(2)
        assert stopped.text.startswith("word0 word1")
        assert answer.text == "You said: Go on"


async def test_after_the_end_the_button_is_silent_and_the_command_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        ada.sends("Hello")
        await ada.hears()
        ada.presses_stop(ada.chat.drafts[-1])
        ada.sends("/stop")
        ada.sends("Again")
        await ada.hears(2)
        assert ada.sees == ["You said: Hello", NOTHING, "You said: Again"]


async def test_for_an_older_draft_it_is_harmless(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        ada.sends("Hello")
        await ada.hears()
        old = ada.chat.drafts[-1]
        world.model.says(WORDS, between_s=0.1)
        ada.sends("Tell me")
        await world.until(lambda: len(world.requests) == 2)
        ada.presses_stop(old)
        (answer,) = await ada.hears()
        assert answer.text == WORDS


async def test_between_the_parts_of_an_answer_the_rest_arrives(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft", OPENAI_MAX_OUTPUT_TOKENS="20000") as world:
        ada = world.person()
        world.model.says("wonderful " * 1500)
        world.telegram.faults.add(on="sendMessage", reply=slow(2.0), times=None)
        ada.sends("A long story")
        await ada.hears()
        ada.presses_stop(ada.chat.drafts[-1])
        await world.until(lambda: len(ada.sees) == 4)
        assert " ".join(ada.sees).split() == ["wonderful"] * 1500


async def test_only_the_answer_that_runs_ends_and_the_next_question_is_answered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, first_s=50.0)
        ada.sends("First")
        ada.sends("Second")
        await world.until(lambda: len(world.requests) == 1)
        ada.sends("/stop")
        stopped, answer = await ada.hears(2)
        assert stopped.text.startswith(EARLY)
        assert answer.text == "You said: Second"


async def test_where_the_answer_is_edited_the_command_ends_it(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.telegram.knows_drafts = False
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await world.until(lambda: len(ada.sees) == 1)
        ada.sends("/stop")
        await world.until(lambda: bool(world.openai.broken_off))
        ada.sends("Go on")
        await world.until(lambda: len(ada.sees) == 2)
        assert WORDS.startswith(ada.sees[0])


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("effect", ["store.stop", "store.finish"])
async def test_a_stop_survives_a_kill(tmp_path: Path, effect: str, moment: Moment) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        world.model.says(WORDS, first_s=50.0)
        ada.sends("Tell me")
        await world.until(lambda: len(world.requests) == 1)
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.presses_stop()
        await process.bury()
        await world.start()
        ada.sends("Go on")
        await world.until(lambda: "You said: Go on" in ada.sees)
        assert 1 <= sum(text.startswith(EARLY) for text in ada.sees) <= 2  # one may come twice
        assert len(world.requests) == 2  # the stopped question was not asked again


async def test_a_stranger_hears_who_may(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="draft", ALLOWED_TELEGRAM_USER_IDS="1001") as world:
        eve = world.person(13)
        eve.sends("/stop")
        (said,) = await eve.hears()
        assert "by invitation only" in said.text
