"""Topics: each is a conversation of its own, in private chats too, for as long as it is there."""

import asyncio
from pathlib import Path

import pytest

from snapthread_sandbox.faults import telegram_error
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.test_groups import BOT, a_group, answers, count
from tests.line.world import World, opened


def with_topics(world: World) -> Person:
    person = world.person(1001, first_name="Ann")
    world.telegram.has_topics = True
    return person


async def hears(ann: Person) -> str:
    (said,) = await ann.hears()
    return said.text


async def test_each_private_topic_has_its_own_words_and_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        cats, dogs = ann.opens_topic("Cats"), ann.opens_topic("Dogs")
        ann.sends_photo(photo("red"), caption="a cat", thread=cats)
        assert "red" in await hears(ann)
        ann.sends("a dog", thread=dogs)
        await hears(ann)
        assert "a cat" not in str(world.requests[1])
        ann.sends("again?", thread=cats)
        await hears(ann)
        assert "a cat" in str(world.requests[2])
        assert [message.thread for message in ann.chat.from_bot] == [cats, dogs, cats]


async def test_reset_in_a_topic_leaves_the_others_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        cats, dogs = ann.opens_topic("Cats"), ann.opens_topic("Dogs")
        for thread, colour in ((cats, "red"), (dogs, "blue")):
            ann.sends_photo(photo(colour), thread=thread)
            await hears(ann)
        ann.sends("/reset", thread=cats)
        assert "cleared" in await hears(ann)
        await world.until(lambda: len(world.files) == 1)
        ann.sends("which?", thread=dogs)
        assert "blue" in await hears(ann)


async def test_what_was_said_before_topics_were_switched_on_goes_on_in_the_general_one(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann = world.person(1001)
        ann.sends("I am Ann")
        await hears(ann)
        world.telegram.has_topics = True
        world.telegram.world.opens_topics = False
        ann.sends("who am I?")
        await hears(ann)
        assert "I am Ann" in str(world.requests[1])


LONG = "What is the tallest mountain of Europe, and who climbed it first?"


@pytest.mark.parametrize(
    ("said", "name"),
    [(LONG, "What is the tallest mountain of Europe,…"), (None, "I see: photo 1 (red).")],
)
async def test_a_topic_without_a_name_gets_one_after_its_first_exchange(
    tmp_path: Path, said: str | None, name: str
) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        if said:
            ann.sends(said)
        else:
            world.model.says("I see: photo 1 (red).")
            ann.sends_photo(photo("red"))
        await hears(ann)
        await world.rests()
        (topic,) = (topic for topic in ann.chat.topics.values() if topic.thread != 1)
        assert topic.name == name
        ann.sends("and the second?", thread=topic.thread)
        await hears(ann)
        await world.rests()
        assert topic.name == name


async def test_a_topic_that_a_person_named_keeps_its_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        thread = ann.opens_topic("Holidays")
        ann.sends("where to?", thread=thread)
        await hears(ann)
        await world.rests()
        assert ann.chat.topics[thread].name == "Holidays"


async def test_delete_me_in_a_topic_takes_every_topic(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        cats, dogs = ann.opens_topic("Cats"), ann.opens_topic("Dogs")
        for thread in (cats, dogs):
            ann.sends_photo(photo("red"), thread=thread)
            await hears(ann)
        ann.sends("/delete_me", thread=dogs)
        (asked,) = await ann.hears()
        ann.presses(asked.json["reply_markup"]["inline_keyboard"][0][0], on=asked)
        await world.until(lambda: not world.files)
        await world.rests()
        assert count(world, "history") == 0
        assert count(world, "group_conversations") == 0


# ---------------------------------------------------------------- topics that go


async def test_a_private_topic_that_was_deleted_takes_its_conversation_along(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        world.telegram.world.opens_topics = False
        thread = ann.opens_topic("Cats")
        ann.sends_photo(photo("red"), thread=thread)
        await hears(ann)
        world.model.says("Well, here it is.", between_s=5.0)
        ann.sends("and?", thread=thread)
        await world.until(lambda: len(world.requests) == 2)
        ann.deletes_topic(thread)
        await world.until(lambda: not world.files, timeout_s=60)
        assert ann.chat.from_bot[-1].thread is None  # the answer was not lost
        assert count(world, "history") == 0


async def test_a_topic_of_a_group_that_was_deleted_takes_its_conversation_along(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world, is_forum=True)
        cats, dogs = group.opens_topic("Cats", ann), group.opens_topic("Dogs", ann)
        ann.sends_photo(photo("red"), caption=f"{BOT} cat?", to=group, thread=cats)
        ann.sends_photo(photo("blue"), caption=f"{BOT} dog?", to=group, thread=dogs)
        await answers(world, group, 2)
        ann.sends(f"{BOT} more", to=group, thread=cats)
        group.deletes_topic(cats)
        await world.until(lambda: len(world.files) == 1, timeout_s=60)
        ann.sends(f"{BOT} which?", to=group, thread=dogs)
        await world.until(lambda: "blue" in group.chat.texts[-1])


async def test_a_refusal_that_was_a_mistake_costs_no_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world, is_forum=True)
        cats = group.opens_topic("Cats", ann)
        refused = telegram_error(400, "Bad Request: message thread not found")
        ann.sends_photo(photo("red"), caption=f"{BOT} cat?", to=group, thread=cats)
        await answers(world, group)
        world.telegram.faults.add(on="sendMessage", reply=refused)
        ann.sends(f"{BOT} more", to=group, thread=cats)
        await answers(world, group, 2)
        await asyncio.sleep(60)
        assert len(world.files) == 1
        assert count(world, "history") == 4
