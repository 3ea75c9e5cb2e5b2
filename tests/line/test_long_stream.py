"""A long answer goes on in the next message while it is written, and each is finished in place."""

import asyncio
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from snapthread.formatting import format_answer
from snapthread.limits import EDIT_PACE_GROUP_S, EDIT_PACE_S
from snapthread_sandbox.faults import (
    Fault,
    cuts_stream,
    flood,
    out_of_credit,
    server_error,
    slow,
    telegram_error,
)
from snapthread_sandbox.telegram.chats import Chat, Message
from snapthread_sandbox.telegram.people import Person
from tests.line.mortal import Moment
from tests.line.test_groups import BOT, a_group
from tests.line.world import World, opened

# Words as long as three: each is an event, and time that the test takes.
WONDERFUL = "wonderful-wonderful-wonderful " * 14
SPLENDID = "splendid-splendid-splendid " * 14
LONG = "\n\n".join(f"Paragraph {number}. {WONDERFUL}" for number in range(75))
STORY = "\n\n".join(f"Paragraph {number}. {WONDERFUL}" for number in range(25))
OTHER = "\n\n".join(f"Chapter {number}. {SPLENDID}" for number in range(25))
LONGER = "\n\n".join([STORY, OTHER])
MANY = {"OPENAI_MAX_OUTPUT_TOKENS": "20000"}


@cache
def texts_of(markdown: str) -> list[str]:
    return [message.text for message in format_answer(markdown)]


def buttons(message: Message) -> list[str]:
    rows = message.json.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def growing(chat: Chat) -> list[Message]:
    return [message for message in chat.from_bot if "Stop" in buttons(message)]


def calls(world: World) -> list[tuple[float, Any]]:
    """When each message is sent or edited, from now on, and how."""
    made: list[tuple[float, Any]] = []

    def note(params: Any) -> bool:
        made.append((world.telegram.world.now(), params))
        return False

    for method in ("sendMessage", "editMessageText"):
        world.telegram.faults.add(on=method, reply=Fault(), when=note)
    return made


def has_pace(made: list[tuple[float, Any]], pace_s: float) -> bool:
    """Up to the last call while the answer grew."""
    last = max(n for n, (_, params) in enumerate(made) if "Stop" in str(params))
    times = [at for at, _ in made[: last + 1]]
    return all(b - a > pace_s - 0.001 for a, b in pairwise(times))


async def finished(world: World, chat: Chat, *texts: str) -> None:
    """The screen shows exactly this, nothing of it has a Stop button, and it stays so."""
    await world.until(lambda: [message.text for message in chat.from_bot] == list(texts))
    await world.rests()
    await asyncio.sleep(30)
    assert [message.text for message in chat.from_bot] == list(texts)
    assert growing(chat) == []


async def in_third(world: World, ada: Person, *, story: str = STORY) -> Message:
    """The third message of an answer, which grows."""
    before = len(ada.chat.from_bot)
    world.model.says(story, between_s=0.06)
    ada.sends("A long story")
    await world.until(lambda: len(ada.chat.from_bot) == before + 3)
    return ada.chat.from_bot[-1]


# ---------------------------------------------------------------- as it grows


async def test_thirty_thousand_characters_grow_message_by_message(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        made = calls(world)
        world.model.says(LONG, between_s=0.06)
        ada.sends("A long story")
        await world.until(lambda: len(ada.sees) >= 1)
        seen = []
        while growing(ada.chat):
            seen.append([message.id for message in growing(ada.chat)])
            await asyncio.sleep(0.25)
        await finished(world, ada.chat, *texts_of(LONG))
        messages = ada.chat.from_bot
        assert len(messages) == 9
        assert all(len(message.versions) >= 3 for message in messages[:-1])
        for message in messages:
            for before, after in pairwise([*message.versions, message.text]):
                assert after.startswith(before)
        assert {len(ids) for ids in seen} == {1, 2}
        assert all(ids == sorted(ids) for ids in seen)
        assert has_pace(made, EDIT_PACE_S)


async def test_what_was_finished_while_it_grew_is_not_edited_again_at_the_end(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        await asyncio.sleep(2)
        made = calls(world)
        await finished(world, ada.chat, *texts_of(STORY))
        texts = [params["text"] for _, params in made]
        again = [text for text in texts if text.startswith(("Paragraph 0.", "Paragraph 9."))]
        assert again == []


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("sendMessage", flood(7)),
        ("editMessageText", flood(7)),
        ("sendMessage", server_error(502)),
        ("editMessageText", slow(4.0)),
    ],
    ids=["429 at the next", "429", "502 at the next", "slow"],
)
async def test_trouble_in_the_middle_leaves_each_part_once(
    tmp_path: Path, method: str, fault: Fault
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        world.model.says(STORY, between_s=0.06)
        ada.sends("A long story")
        await world.until(lambda: len(ada.chat.from_bot) == 1)
        world.telegram.faults.add(on=method, reply=fault, times=3)
        await finished(world, ada.chat, *texts_of(STORY))


async def test_a_part_that_is_refused_as_it_grows_costs_only_its_format(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        refused = telegram_error(400, "Bad Request: can't parse entities")

        def is_second(params: Any) -> bool:
            return bool(params.get("entities")) and "Paragraph 9." in params["text"]

        for method in ("sendMessage", "editMessageText"):
            world.telegram.faults.add(on=method, reply=refused, times=None, when=is_second)
        bold = STORY.replace("Paragraph", "**Paragraph**")
        world.model.says(bold, between_s=0.06)
        ada.sends("A long story")
        await finished(world, ada.chat, *texts_of(bold))
        plain = [not message.entities for message in ada.chat.from_bot]
        assert plain == [False, True, False]


async def test_an_edit_that_is_slow_does_not_cross_the_last_one_of_its_message(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        world.telegram.faults.add(on="editMessageText", reply=slow(8.0), times=1)
        await finished(world, ada.chat, *texts_of(STORY))


# ---------------------------------------------------------------- it ends otherwise


async def test_stop_in_the_third_message_keeps_what_was_said(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        third = await in_third(world, ada)
        ada.presses(third.json["reply_markup"]["inline_keyboard"][0][0], on=third)
        await world.until(lambda: buttons(third) == ["Try again"])
        assert world.openai.broken_off
        said = ada.sees
        assert said[:2] == texts_of(STORY)[:2]
        assert texts_of(STORY)[2].startswith(said[2])
        await finished(world, ada.chat, *said)


async def test_a_reset_in_the_third_message_leaves_no_stop_button(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        ada.sends("/reset")
        await world.until(lambda: len(ada.sees) == 4)
        await finished(world, ada.chat, *ada.sees)


async def test_an_attempt_that_broke_off_in_the_third_message_leaves_nothing_of_itself(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=330))
        world.model.says(STORY, between_s=0.06)
        world.model.says("Quite another answer")
        ada.sends("A long story")
        await world.until(lambda: len(ada.sees) == 3)
        await finished(world, ada.chat, "Quite another answer")


async def test_a_failure_in_the_third_message_takes_the_place_of_all(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=cuts_stream(after=330))
        world.openai.faults.add(on="POST /responses", reply=out_of_credit())
        world.model.says(STORY, between_s=0.06)
        ada.sends("A long story")
        await world.until(lambda: len(ada.sees) == 3)
        await world.until(lambda: len(ada.sees) == 1)
        assert "not available right now" in ada.sees[0]
        await finished(world, ada.chat, *ada.sees)


@pytest.mark.parametrize("story", [OTHER, "Short."], ids=["as long", "short"])
async def test_a_question_edited_in_its_third_message_is_answered_in_the_same_messages(
    tmp_path: Path, story: str
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        ids = [message.id for message in ada.chat.from_bot]
        world.model.says(story, between_s=0.06)
        question = next(m for m in ada.chat.messages if m.text == "A long story")
        ada.edits(question, "Another story")
        await finished(world, ada.chat, *texts_of(story))
        now = [message.id for message in ada.chat.from_bot]
        assert now[:3] == ids[: len(now[:3])]


@pytest.mark.parametrize("story", [LONGER, "Short."], ids=["longer", "short"])
async def test_a_long_answer_that_is_given_anew_takes_the_places_of_all_its_messages(
    tmp_path: Path, story: str
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        await finished(world, ada.chat, *texts_of(STORY))
        ids = [message.id for message in ada.chat.from_bot]
        world.model.says(story, between_s=0.06)
        ada.sends("/retry")
        await finished(world, ada.chat, *texts_of(story))
        assert [message.id for message in ada.chat.from_bot][:3] == ids[: len(texts_of(story))]


async def test_a_full_message_that_the_person_deleted_does_not_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        await asyncio.sleep(1)
        ada.deletes(ada.chat.from_bot[0])
        await finished(world, ada.chat, *texts_of(STORY)[1:])


# ---------------------------------------------------------------- kills

# The instant, and the message of the killed process that nobody knows of: it has a Stop button.
KILLS: list[tuple[str, Moment, int, bool]] = [
    ("chat.send", "before", 3, False),
    ("chat.send", "reply lost", 3, True),
    ("store.note_stream", "before", 3, True),
    ("store.note_stream", "reply lost", 3, False),
    ("store.note_stream", "after", 3, False),
    ("chat.edit", "before", 9, False),
    ("chat.edit", "reply lost", 9, False),
    ("chat.edit", "after", 9, False),
    ("store.finish", "before", 1, False),
]


@pytest.mark.parametrize(("effect", "moment", "nth", "is_left"), KILLS)
async def test_after_a_kill_the_same_messages_are_finished_and_nothing_comes_twice(
    tmp_path: Path, effect: str, moment: Moment, nth: int, is_left: bool
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        world.model.says(STORY, between_s=0.06)
        world.model.says(OTHER, between_s=0.06)
        assert world.process is not None
        world.process.life.kill_at(effect, moment, nth=nth)
        ada.sends("A long story")
        await world.process.bury()
        left = ada.chat.from_bot[-1:] if is_left else []
        known = [message.id for message in ada.chat.from_bot if message not in left]
        await world.start()
        await world.until(lambda: (ada.sees or [""])[-1] == texts_of(OTHER)[-1])
        for half in left:
            assert buttons(half) == ["Stop"]
            ada.deletes(half)
        await finished(world, ada.chat, *texts_of(OTHER))
        ids = [message.id for message in ada.chat.from_bot]
        assert ids[: len(known)] == known[: len(ids)]


LAST_KILLS: list[tuple[str, Moment, int]] = [
    ("store.finish", "reply lost", 1),
    ("store.finish", "after", 1),
    ("store.mark_sent", "before", 1),
    ("store.mark_sent", "after", 2),
    ("store.conclude", "before", 1),
    ("store.conclude", "reply lost", 1),
]


@pytest.mark.parametrize(("effect", "moment", "nth"), LAST_KILLS)
async def test_after_a_kill_before_the_last_edit_the_answer_stands_in_its_messages(
    tmp_path: Path, effect: str, moment: Moment, nth: int
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ada = world.person()
        await in_third(world, ada)
        assert world.process is not None
        world.process.life.kill_at(effect, moment, nth=nth)
        await world.process.bury()
        ids = [message.id for message in ada.chat.from_bot]
        await world.start()
        await finished(world, ada.chat, *texts_of(STORY))
        assert [message.id for message in ada.chat.from_bot][: len(ids)] == ids
        assert len(world.requests) == 1


# ---------------------------------------------------------------- in groups and topics


@pytest.mark.parametrize("topic", [None, "Stories"])
async def test_in_a_group_the_parts_follow_in_their_topic_and_only_the_first_replies(
    tmp_path: Path, topic: str | None
) -> None:
    async with opened(tmp_path, **MANY) as world:
        ann, _, group = a_group(world, is_forum=topic is not None)
        thread = group.opens_topic(topic, ann) if topic else None
        made = calls(world)
        world.model.says(STORY, between_s=0.3)
        question = ann.sends(f"{BOT} a story", to=group, thread=thread)
        await finished(world, group.chat, *texts_of(STORY))
        parts = group.chat.from_bot
        assert [part.thread for part in parts] == [thread] * 3
        assert [part.reply_to for part in parts] == [question.id, None, None]
        assert has_pace(made, EDIT_PACE_GROUP_S)
