"""An answer is one message that grows by edits, and it is finished in place."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from snapthread.errors import StoreBusy
from snapthread.limits import EDIT_PACE_S
from snapthread_sandbox.faults import (
    Fault,
    cuts_stream,
    flood,
    out_of_credit,
    server_error,
    slow,
    telegram_error,
)
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Response
from tests.line.mortal import Moment
from tests.line.photos import photo
from tests.line.test_phases import WITH_COMMENTARY
from tests.line.test_voice import SOUND
from tests.line.world import World, opened
from tests.openai_api.test_answer import added, piece
from tests.openai_api.wire import COMPLETED, event

WORDS = " ".join(f"word{number}" for number in range(60))
EARLY = "Stopped before the first word."


def thinks() -> Fault:
    """A model that reasons for a while before it answers."""

    async def told() -> AsyncGenerator[bytes, None]:
        yield event("response.output_item.added", output_index=0, item={"type": "reasoning"})
        await asyncio.sleep(20)
        yield added(1, "final_answer")
        yield piece("At last", 1)
        yield COMPLETED

    headers = {"content-type": "text/event-stream"}
    return Fault(reply=Response(status=200, headers=headers, body=told()))


def times_of(world: World, method: str) -> list[float]:
    """When each call of the method comes, from now on."""
    times: list[float] = []

    def note(_: object) -> bool:
        times.append(world.telegram.world.now())
        return False

    world.telegram.faults.add(on=method, reply=Fault(), when=note)
    return times


def buttons(message: Message) -> list[Any]:
    return [
        b for row in message.json.get("reply_markup", {}).get("inline_keyboard", []) for b in row
    ]


async def grows(world: World, ada: Person, *, between_s: float = 0.2) -> Message:
    """The message of an answer that has begun and goes on."""
    before = len(ada.sees)
    world.model.says(WORDS, between_s=between_s)
    ada.sends("Tell me")
    await world.until(lambda: any("word9" in text for text in ada.sees[before:]))
    return ada.chat.from_bot[-1]


async def finished(world: World, ada: Person, *texts: str) -> None:
    """The screen shows exactly this, nothing of it has a Stop button, and it stays so."""
    await world.until(lambda: ada.sees == list(texts))
    await world.rests()
    await asyncio.sleep(30)
    assert ada.sees == list(texts)
    shown = [button for message in ada.chat.from_bot for button in buttons(message)]
    assert all(button["text"] == "Try again" for button in shown)


# ---------------------------------------------------------------- as it grows


@pytest.mark.parametrize("streaming", ["auto", "edit"])
async def test_the_first_words_are_a_message_that_grows_with_a_stop_button(
    tmp_path: Path, streaming: str
) -> None:
    async with opened(tmp_path, STREAMING=streaming) as world:
        ada = world.person()
        edited = times_of(world, "editMessageText")
        message = await grows(world, ada)
        assert [button["text"] for button in buttons(message)] == ["Stop"]
        await finished(world, ada, WORDS)
        shown = message.versions
        assert len(shown) >= 5
        assert all(after.startswith(before) for before, after in pairwise(shown))
        assert all(b - a > EDIT_PACE_S - 0.001 for a, b in pairwise(edited[:-1]))
        assert not ada.chat.drafts


async def test_an_answer_that_is_there_at_once_is_sent_and_never_edited(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("Hello")
        await finished(world, ada, "You said: Hello")
        assert not ada.chat.from_bot[0].versions


async def test_streaming_off_types_and_answers(tmp_path: Path) -> None:
    async with opened(tmp_path, STREAMING="off") as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends("Tell me")
        await finished(world, ada, WORDS)
        assert not ada.chat.from_bot[0].versions
        assert not ada.chat.drafts
        assert len(ada.chat.actions) >= 3


async def test_what_grows_is_formatted_and_never_shows_half_a_mark(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("It is **very much so** and `code here` too", between_s=1.0)
        ada.sends("Tell me")
        await finished(world, ada, "It is very much so and code here too")
        (message,) = ada.chat.from_bot
        assert [entity["type"] for entity in message.entities] == ["bold", "code"]
        assert not any(mark in text for text in message.versions for mark in "*`")


async def test_commentary_is_replaced_by_the_answer(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=WITH_COMMENTARY)
        ada.sends("What is it?")
        await finished(world, ada, "It is a cat.")


async def test_what_was_heard_does_not_take_the_place_of_an_answer_that_has_grown(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.transcriptions.says("What is a cat?", seconds=3)
        world.model.says(WORDS, between_s=0.2)
        ada.sends_voice(SOUND, duration=3)
        await finished(world, ada, "What is a cat?", WORDS)
        quote, answer = ada.chat.from_bot
        assert set(quote.versions) <= {quote.text}
        assert len(answer.versions) >= 5
        assert all(WORDS.startswith(text) for text in answer.versions)


async def test_a_sentence_on_a_picture_does_not_take_the_place_of_an_answer_that_has_grown(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        ada.sends_album([photo("red"), b"broken"], caption="What?")
        await world.until(lambda: ada.sees[1:] == [WORDS])
        sentence, answer = ada.chat.from_bot
        assert set(sentence.versions) <= {sentence.text}
        assert len(answer.versions) >= 5
        await finished(world, ada, sentence.text, WORDS)


# ---------------------------------------------------------------- Stop


async def test_stop_finishes_the_message_with_what_was_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        message = await grows(world, ada)
        (button,) = buttons(message)
        ada.presses(button, on=message)
        ada.presses(button, on=message)
        await world.until(lambda: [one["text"] for one in buttons(message)] == ["Try again"])
        assert world.openai.broken_off
        assert WORDS.startswith(message.text)
        await finished(world, ada, message.text)
        ada.sends("Go on")
        await finished(world, ada, message.text, "You said: Go on")
        assert len(world.requests) == 2


async def test_stop_of_an_answer_that_has_ended_only_takes_the_button_away(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        old = await grows(world, ada)
        (button,) = buttons(old)
        await finished(world, ada, WORDS)
        new = await grows(world, ada)
        ada.presses(button, on=old)
        await finished(world, ada, WORDS, WORDS)
        assert new.id != old.id


async def test_a_reset_leaves_no_stop_button(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        message = await grows(world, ada)
        ada.sends("/reset")
        await world.until(lambda: len(ada.sees) == 2)
        await finished(world, ada, *ada.sees)
        assert WORDS.startswith(message.text)


# ---------------------------------------------------------------- trouble


async def test_after_a_429_the_chat_is_edited_more_slowly(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        edited = times_of(world, "editMessageText")
        world.telegram.faults.add(on="editMessageText", reply=flood(4), times=1)
        await grows(world, ada, between_s=0.4)
        await finished(world, ada, WORDS)
        assert edited[1] - edited[0] >= 3.9
        assert all(b - a > 2 * EDIT_PACE_S - 0.001 for a, b in pairwise(edited[1:-1]))
        assert len(edited) >= 4


@pytest.mark.parametrize(
    "fault",
    [
        flood(5),
        slow(3.0),
        server_error(502),
        telegram_error(400, "Bad Request: can't parse entities"),
    ],
    ids=["flood", "slow", "502", "entities"],
)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_whatever_edits_meet_the_screen_ends_with_the_answer(
    tmp_path: Path, method: str, fault: Fault
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on=method, reply=fault, times=2)
        world.model.says(f"**Now** {WORDS}", between_s=0.1)
        ada.sends("Tell me")
        await finished(world, ada, f"Now {WORDS}")


async def test_an_edit_that_is_slow_does_not_cross_the_last_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await grows(world, ada, between_s=0.1)
        world.telegram.faults.add(on="editMessageText", reply=slow(8.0), times=1)
        await finished(world, ada, WORDS)


async def test_first_words_that_are_slow_to_arrive_are_not_left_behind_by_a_failure(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on="sendMessage", reply=slow(5.0), times=1)
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=30))
        world.openai.faults.add(on="POST /responses", reply=out_of_credit())
        world.model.says(WORDS, between_s=0.05)
        ada.sends("Tell me")
        await world.until(lambda: "not available right now" in (ada.sees or [""])[0])
        await finished(world, ada, *ada.sees)
        assert len(ada.sees) == 1


async def test_a_message_that_the_person_deleted_is_sent_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.deletes(await grows(world, ada))
        await finished(world, ada, WORDS)


# ---------------------------------------------------------------- kills

KILLS: list[tuple[str, Moment, int]] = [
    ("chat.edit", "before", 1),
    ("chat.edit", "reply lost", 2),
    ("chat.edit", "after", 2),
    ("store.note_stream", "after", 1),
    ("store.finish", "before", 1),
    ("store.finish", "reply lost", 1),
    ("store.finish", "after", 1),
    ("store.conclude", "before", 1),
    ("store.conclude", "after", 1),
]


@pytest.mark.parametrize(("effect", "moment", "nth"), KILLS)
async def test_after_a_kill_the_same_message_is_finished_and_nothing_comes_twice(
    tmp_path: Path, effect: str, moment: Moment, nth: int
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        world.model.says("The whole answer")
        assert world.process is not None
        world.process.life.kill_at(effect, moment, nth=nth)
        ada.sends("Tell me")
        await world.process.bury()
        await world.start()
        has_answered = effect == "store.conclude" or (effect, moment) in {
            ("store.finish", "reply lost"),
            ("store.finish", "after"),
        }
        await finished(world, ada, WORDS if has_answered else "The whole answer")


async def test_a_kill_before_the_last_edit_finishes_in_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        message = await grows(world, ada)
        assert world.process is not None
        world.process.life.kill_at("store.finish", "reply lost")
        await world.process.bury()
        assert message.text != WORDS
        await world.start()
        await finished(world, ada, WORDS)
        assert ada.chat.from_bot == [message]


async def test_a_kill_before_the_first_words_are_recorded_leaves_one_message_whose_button_goes(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says(WORDS, between_s=0.2)
        world.model.says("The whole answer")
        assert world.process is not None
        world.process.life.kill_at("store.note_stream", "before")
        ada.sends("Tell me")
        await world.process.bury()
        await world.start()
        await world.until(lambda: ada.sees[1:] == ["The whole answer"])
        half = ada.chat.from_bot[0]
        ada.presses(buttons(half)[0], on=half)
        await finished(world, ada, half.text, "The whole answer")


async def test_a_store_that_is_busy_for_a_moment_leaves_no_second_message(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        assert world.process is not None
        store, left = world.process.store, [2]
        note = store.note_stream

        async def busy(*args: Any) -> None:
            if left[0]:
                left[0] -= 1
                raise StoreBusy("locked")
            await note(*args)

        store.note_stream = busy  # type: ignore[method-assign, assignment]
        await grows(world, ada)
        await finished(world, ada, WORDS)
        assert left == [0]


# ---------------------------------------------------------------- thoughts


@pytest.mark.parametrize(("language", "thinking"), [("en", "Thinking…"), ("ru", "Думаю…")])
async def test_thoughts_that_last_are_a_message_that_can_be_stopped_and_becomes_the_answer(
    tmp_path: Path, language: str, thinking: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code=language)
        world.openai.faults.add(on="POST /responses", reply=thinks(), times=1)
        ada.sends("Think")
        await world.until(lambda: ada.sees == [thinking])
        (message,) = ada.chat.from_bot
        assert buttons(message)
        await finished(world, ada, "At last")
        assert message.versions[0] == thinking


async def test_stop_while_the_model_thinks_takes_the_place_of_the_thought(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=thinks(), times=1)
        ada.sends("Think")
        await world.until(lambda: ada.sees == ["Thinking…"])
        (message,) = ada.chat.from_bot
        ada.presses(buttons(message)[0], on=message)
        await world.until(lambda: ada.sees[0].startswith(EARLY))
        await finished(world, ada, message.text)
