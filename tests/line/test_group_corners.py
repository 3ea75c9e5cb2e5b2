"""Corners of groups: who else may press, what is told to whom, what ends an answer that grows."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from snapthread.limits import EDIT_PACE_GROUP_S
from snapthread.reply.pace import SLOW_FOR_S
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    GROUP_CONVERSATIONS,
    HISTORY,
)
from snapthread.store.schema.queues import OUTBOX, QUEUED
from snapthread_sandbox.faults import flood
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.test_edited_stream import times_of
from tests.line.test_groups import BOT, a_group, answers, count, downloads, hears_all, rows
from tests.line.world import World, opened

WORDS = " ".join(f"word{number}" for number in range(60))
HOUR_S = 3600.0


async def grows(world: World, group: Group, ann: Person, **where: Any) -> Any:
    """The message of an answer that has begun and goes on."""
    before = len(group.chat.from_bot)
    world.model.says(WORDS, between_s=0.5)
    ann.sends(f"{BOT} tell me", to=group, **where)
    await world.until(lambda: any("word5" in text for text in group.chat.texts[before:]))
    return group.chat.from_bot[-1]


def notes(group: Group) -> list[str]:
    """Told for a moment to whoever pressed a button, and to nobody else."""
    return [answer.get("text", "") for answer in group.chat.answers]


# ---------------------------------------------------------------- the pace of edits


async def test_a_group_is_edited_every_three_seconds_slower_after_a_429_and_then_as_before(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        edited = times_of(world, "editMessageText")
        for pace, is_flooded, later_s in ((1, False, 0), (2, True, 0), (2, False, SLOW_FOR_S)):
            if is_flooded:
                world.telegram.faults.add(on="editMessageText", reply=flood(5), times=1)
            assert await gaps_of(world, group, ann, edited) == [pace * EDIT_PACE_GROUP_S]
            await asyncio.sleep(later_s)
        assert await gaps_of(world, group, ann, edited) == [EDIT_PACE_GROUP_S]


async def test_answers_that_grow_in_two_topics_share_the_pace_of_their_group(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, bob, group = a_group(world, is_forum=True)
        cats, dogs = group.opens_topic("Cats", ann), group.opens_topic("Dogs", ann)
        edited = times_of(world, "editMessageText")
        for person, thread in ((ann, cats), (bob, dogs)):
            world.model.says(WORDS, between_s=0.5)
            person.sends(f"{BOT} tell me", to=group, thread=thread)
        await world.until(lambda: group.chat.texts == [WORDS, WORDS])
        grown = edited[2:-2]  # but for the first of each, and the two last
        assert len(grown) >= 5
        gaps = [after - before for before, after in zip(grown, grown[2:], strict=False)]
        assert all(gap > 2 * EDIT_PACE_GROUP_S - 0.001 for gap in gaps)


async def gaps_of(world: World, group: Group, ann: Person, edited: list[float]) -> list[int]:
    """The seconds between the edits of an answer, but before the first two and the last."""
    edited.clear()
    message = await grows(world, group, ann)
    await world.until(lambda: message.text == WORDS)
    gaps = [round(b - a) for a, b in pairwise(edited[1:-1])]
    assert len(gaps) >= 2
    return sorted(set(gaps))


# ---------------------------------------------------------------- buttons and refusals


@pytest.mark.parametrize("conversation", ["shared", "per_user"])
async def test_the_buttons_of_an_anonymous_admins_answer_work(
    tmp_path: Path, conversation: str
) -> None:
    async with opened(tmp_path, GROUP_CONVERSATION=conversation) as world:
        ann, _, group = a_group(world)
        group.admits(ann, "administrator", is_anonymous=True)
        message = await grows(world, group, ann, as_chat=group)
        ann.presses(message.buttons[0], on=message)
        await world.until(lambda: bool(world.openai.broken_off))
        await world.until(lambda: [one["text"] for one in message.buttons] == ["Try again"])
        world.model.says("Now all of it.")
        ann.presses(message.buttons[0], on=message)
        await world.until(lambda: group.chat.texts == ["Now all of it."])


async def test_who_presses_the_button_of_somebody_else_reads_it_in_a_note(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        world.telegram.world.knows_ephemerals = False
        ann, bob, group = a_group(world)
        message = await grows(world, group, ann)
        stop = message.buttons[0]
        for _ in range(3):
            bob.presses(stop, on=message)
        await world.until(lambda: len(notes(group)) == 3)
        assert {note[:25] for note in notes(group)} == {"Only the person who asked"}
        ann.presses(stop, on=message)
        await world.until(lambda: [one["text"] for one in message.buttons] == ["Try again"])
        bob.presses(message.buttons[0], on=message)
        await world.until(lambda: len(notes(group)) == 5)
        assert notes(group)[-1].startswith("Only the person who asked")
        assert len(group.chat.texts) == 1
        assert len(world.requests) == 1


async def test_who_may_not_is_told_once_an_hour_where_all_read_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        world.telegram.world.knows_ephemerals = False
        ann, bob, group = a_group(world)
        ann.sends(f"{BOT} one", to=group)
        await answers(world, group)
        for word in ("reset", "retry", "undo", "reset"):
            bob.sends(f"/{word}{BOT}", to=group)
        for _ in range(3):
            bob.sends(f"/usage{BOT}", to=group)
        await world.until(lambda: not world.telegram.pending)
        await asyncio.sleep(30)
        assert [text[:21] for text in group.chat.texts[1:]] == [
            "Only the person who a",
            "Please send me /usage",
        ]
        await asyncio.sleep(HOUR_S)
        bob.sends(f"/reset{BOT}", to=group)
        said = await answers(world, group, 4)
        assert said[3].startswith("Only the person who asked")


@pytest.mark.parametrize("word", ["reset", "retry", "undo", "stop"])
async def test_who_may_not_reads_it_alone_where_telegram_can(tmp_path: Path, word: str) -> None:
    async with opened(tmp_path) as world:
        ann, bob, group = a_group(world)
        ann.sends(f"{BOT} one", to=group)
        await answers(world, group)
        if word == "stop":
            world.model.says(WORDS, between_s=30.0)
            ann.sends(f"{BOT} two", to=group)
            await world.until(lambda: len(world.requests) == 2)
        bob.sends(f"/{word}{BOT}", to=group)
        await world.until(lambda: bool(group.chat.ephemerals), timeout_s=2000)
        (told,) = group.chat.ephemerals
        assert told.json["receiver_user"]["id"] == bob.id
        assert not any("Only the person" in text for text in group.chat.texts)


# ---------------------------------------------------------------- what is asked


async def test_a_mention_after_signs_of_two_units_in_the_last_caption_asks_about_all(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        for colour, caption in (("red", "🦊👨‍👩‍👧 look"), ("blue", "🦊👨‍👩‍👧 @SNAPTHREAD_bot?")):
            ann.post(ann.photo_of(photo(colour), caption) | {"media_group_id": "7"}, to=group)
            await asyncio.sleep(0.3)
        (said,) = await answers(world, group)
        assert "red" in said
        assert "blue" in said


async def test_a_part_that_comes_after_the_answer_is_one_question_of_its_own(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        ann.post(ann.photo_of(photo("red"), f"{BOT} which?") | {"media_group_id": "7"}, to=group)
        await answers(world, group)
        ann.post(ann.photo_of(photo("blue")) | {"media_group_id": "7"}, to=group)
        said = await answers(world, group, 2)
        assert "blue" in said[1]
        assert len(world.requests) == 2


@pytest.mark.parametrize(
    "caption", ["/help@other_bot", "/ask@other_bot look", "look @other_bot", "/help"]
)
async def test_a_caption_for_another_bot_or_for_nobody_takes_no_photo(
    tmp_path: Path, caption: str
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        ann.sends_photo(photo(), caption=caption, to=group)
        await world.until(lambda: not world.telegram.pending)
        await asyncio.sleep(30)
        assert downloads(world) == 0
        assert not world.requests
        assert bool(group.chat.texts) == (caption == "/help")


async def test_another_bots_mention_is_nobodys_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        ann.user["is_bot"] = True
        ann.sends(f"{BOT} hello, colleague", to=group)
        await world.until(lambda: not world.telegram.pending)
        await asyncio.sleep(30)
        assert not group.chat.texts
        assert rows(world) == 0


async def test_a_mention_in_reply_to_a_linked_post_sees_its_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        channel = world.telegram.channel(-1003001, discussion=group)
        channel.posts_photo(photo("red"), caption="News")
        await world.until(lambda: not world.telegram.pending)
        ann.replies_to(group.chat.messages[-1], f"{BOT} what is it?", to=group)
        (said,) = await answers(world, group)
        assert "red" in said
        assert downloads(world) == 1


async def test_per_user_a_reply_to_somebody_elses_answer_sees_that_answer_and_no_more(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, GROUP_CONVERSATION="per_user") as world:
        ann, bob, group = a_group(world)
        world.model.says("Cats purr.")
        ann.sends(f"{BOT} secret of mine?", to=group)
        await answers(world, group)
        bob.replies_to(group.chat.from_bot[-1], "Is that so?", to=group)
        await answers(world, group, 2)
        asked = str(world.requests[1])
        assert "Cats purr." in asked
        assert "secret of mine" not in asked


async def test_what_belongs_to_an_album_was_not_overheard_before_it(tmp_path: Path) -> None:
    async with opened(tmp_path, GROUP_CONTEXT="5") as world:
        ann, bob, group = a_group(world)
        hears_all(world)
        bob.sends("tea", to=group)
        for colour, caption in (("red", "my two cups"), ("blue", f"{BOT} which?")):
            ann.post(ann.photo_of(photo(colour), caption) | {"media_group_id": "7"}, to=group)
        await answers(world, group)
        asked = str(world.requests[0])
        assert asked.count("my two cups") == 1
        assert asked.count("Bob: tea") == 1


async def test_a_question_that_another_process_asks_is_asked_without_what_this_one_heard(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, GROUP_CONTEXT="5") as world:
        ann, bob, group = a_group(world)
        hears_all(world)
        bob.sends("tea", to=group)
        await world.until(lambda: not world.telegram.pending)
        assert world.process is not None
        world.process.life.kill_at("assistant.ask", "before")
        ann.sends(f"{BOT} which?", to=group)
        await world.process.bury()
        assert all(b"Bob: tea" not in path.read_bytes() for path in world.folder.glob("bot.db*"))
        await world.start()
        await answers(world, group)
        assert "tea" not in str(world.requests)


# ---------------------------------------------------------------- an answer that grows, and ends


async def test_a_group_that_moves_while_an_answer_grows_reads_it_whole_in_the_new_one(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world, -5, kind="group")
        await grows(world, group, ann)
        world.model.says("All of it.")
        new = group.becomes_supergroup(-1005)
        assert await answers(world, new) == ["All of it."]
        await asyncio.sleep(60)
        assert new.chat.texts == ["All of it."]
        assert not any(message.buttons for message in new.chat.from_bot)


async def test_a_group_that_moved_is_not_greeted_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, _ = a_group(world)
        group = world.telegram.group(-7, has_bot=False, kind="group")
        group.adds_bot(ann)
        await answers(world, group)
        new = group.becomes_supergroup(-1007)
        new.promotes_bot(ann)
        await world.until(lambda: not world.telegram.pending)
        await asyncio.sleep(30)
        assert not new.chat.texts


async def test_a_bot_that_is_removed_while_an_answer_grows_keeps_nothing_and_says_no_more(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        await grows(world, group, ann)
        group.removes_bot(ann)
        await world.until(lambda: bool(world.openai.broken_off), timeout_s=60)
        await world.rests()
        for table in (CONVERSATIONS, HISTORY, GROUP_CONVERSATIONS, QUEUED, OUTBOX):
            assert count(world, table.name) == 0
        sent = len(world.telegram.calls)
        await asyncio.sleep(60)
        later = [call.method for call in world.telegram.calls[sent:]]
        assert set(later) <= {"getUpdates"}


@pytest.mark.parametrize("when", ["as it grows", "before it grows"])
async def test_an_answer_whose_topic_is_deleted_arrives_in_the_group(
    tmp_path: Path, when: str
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world, is_forum=True)
        cats = group.opens_topic("Cats", ann)
        if when == "as it grows":
            await grows(world, group, ann, thread=cats)
        else:
            world.model.says(WORDS, between_s=0.2, first_s=5.0)
            ann.sends(f"{BOT} tell me", to=group, thread=cats)
            await world.until(lambda: len(world.requests) == 1)
        group.deletes_topic(cats)
        await world.until(lambda: group.chat.texts == [WORDS])
        assert group.chat.from_bot[-1].thread is None


async def test_the_general_topic_is_answered_without_its_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world, is_forum=True)
        told = {"message_thread_id": 1, "is_topic_message": True}
        message = ann.sends(f"{BOT} hi", to=group)
        world.telegram.world.updates.push("message", message.json | told | {"message_id": 900})
        said = await answers(world, group, 2)
        assert said == [f"You said: Ann: {BOT} hi"] * 2
        assert [one.thread for one in group.chat.from_bot] == [None, None]
        assert count(world, CONVERSATIONS.name) == 1
