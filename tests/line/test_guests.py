"""Guest mode: mentioned where it is no member, the bot answers that once and keeps nothing."""

import asyncio
from pathlib import Path

import pytest

from snapthread.store.schema.conversations import CONVERSATIONS, GROUP_CONVERSATIONS, HISTORY
from snapthread.store.schema.processes import MARKS
from snapthread.store.schema.queues import DEAD_LETTERS, OUTBOX, QUEUED
from snapthread_sandbox.faults import server_error
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.test_groups import BOT, count
from tests.line.world import World, opened

KEPT = (CONVERSATIONS, QUEUED, OUTBOX, HISTORY, MARKS, DEAD_LETTERS, GROUP_CONVERSATIONS)


def friends(world: World) -> tuple[Person, Person, Group]:
    world.telegram.has_guest_mode = True
    ann, bob = world.person(1001, first_name="Ann"), world.person(1002, first_name="Bob")
    return ann, bob, world.telegram.group(-9, has_bot=False)


async def keeps_nothing(world: World) -> None:
    await world.rests()
    await world.until(lambda: not world.files)
    assert {table.name: count(world, table.name) for table in KEPT} == {
        table.name: 0 for table in KEPT
    }


def guest_answers(world: World) -> int:
    return sum(call.method == "answerGuestQuery" for call in world.telegram.calls)


async def test_a_mention_below_a_friends_photo_is_answered_once_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, bob, group = friends(world)
        shown = bob.sends_photo(photo("red"), to=group)
        world.model.says("It is red.", between_s=1.0)
        ann.replies_to(shown, f"{BOT} what is it?", to=group)
        await world.until(lambda: group.chat.texts == ["Thinking…"])
        await world.until(lambda: group.chat.texts == ["It is red."])
        assert "Ann: " in str(world.requests[0])
        edits = [call for call in world.telegram.calls if call.method == "editMessageText"]
        assert len(edits) == 1
        await keeps_nothing(world)


async def test_without_guest_mode_it_does_not_ask_to_be_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = friends(world)
        ann.sends(f"{BOT} hi", to=group)
        await asyncio.sleep(60)
        assert not group.chat.texts
        assert not world.requests


async def test_a_guest_question_counts_for_who_asked(tmp_path: Path) -> None:
    async with opened(tmp_path, GUEST_MODE="yes", USER_DAILY_MESSAGES="1") as world:
        ann, bob, group = friends(world)
        for person in (ann, ann, bob):
            person.sends(f"{BOT} hi", to=group)
            await asyncio.sleep(20)
        one, two, three = group.chat.texts
        assert (one, three) == (f"You said: Ann: {BOT} hi", f"You said: Bob: {BOT} hi")
        assert "limit" in two
        await keeps_nothing(world)


async def test_a_stranger_is_refused_as_a_guest_too(tmp_path: Path) -> None:
    async with opened(tmp_path, GUEST_MODE="yes", ALLOWED_TELEGRAM_USER_IDS="1001") as world:
        _, bob, group = friends(world)
        bob.sends(f"{BOT} hi", to=group)
        await world.until(lambda: "1002" in "".join(group.chat.texts))
        assert not world.requests
        await keeps_nothing(world)


async def test_a_query_that_has_expired_is_not_asked_and_not_paid(tmp_path: Path) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        world.telegram.guests.query_s = -1.0
        ann.sends(f"{BOT} hi", to=group)
        await world.until(lambda: guest_answers(world) == 1)
        await keeps_nothing(world)
        assert not world.requests
        assert not group.chat.texts


async def test_the_same_words_told_as_an_ordinary_message_are_not_answered_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        asked = ann.sends(f"{BOT} hi", to=group)
        world.telegram.world.updates.push("message", asked.json)
        await world.until(lambda: len(group.chat.texts) == 1)
        await asyncio.sleep(60)
        assert len(world.requests) == 1
        assert len(group.chat.texts) == 1


async def test_a_long_answer_is_its_beginning_in_the_one_place_there_is(tmp_path: Path) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        world.model.says("word " * 3000)
        ann.sends(f"{BOT} tell me all", to=group)
        await world.until(
            lambda: group.chat.texts[0].startswith("word ") if group.chat.texts else False
        )
        (said,) = group.chat.texts
        assert said.endswith("…")
        await keeps_nothing(world)


@pytest.mark.parametrize("after_s", [0.5, 3.0])
async def test_a_kill_asks_again_and_fills_the_same_place(tmp_path: Path, after_s: float) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        world.model.says("Well, here it is, at last.", between_s=2.0)
        ann.sends(f"{BOT} hi", to=group)
        await world.until(lambda: group.chat.texts == ["Thinking…"])
        await asyncio.sleep(after_s)
        assert world.process is not None
        await world.process.kill()
        await world.start()
        world.model.says("Well, here it is, at last.")
        await world.until(lambda: group.chat.texts == ["Well, here it is, at last."])
        assert guest_answers(world) == 1
        await keeps_nothing(world)


async def test_a_failure_is_said_in_the_same_place(tmp_path: Path) -> None:
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        world.openai.faults.add(on="POST /responses", reply=server_error(), times=None)
        ann.sends(f"{BOT} hi", to=group)
        await world.until(
            lambda: bool(group.chat.texts) and group.chat.texts != ["Thinking…"], timeout_s=900
        )
        await keeps_nothing(world)
