"""Long work in one chat, group or file holds up nobody else's."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from snapthread.clock import now_s
from snapthread.limits import ASK_RETRY_WITHIN_S, DAY_S
from snapthread_sandbox.faults import flood, hangs, slow
from snapthread_sandbox.telegram.people import Person
from tests import virtual
from tests.line.photos import photo
from tests.line.test_groups import BOT, a_group, answers, downloads
from tests.line.test_topics import hears, with_topics
from tests.line.world import World, opened


async def answered_at_once(world: World, person: Person) -> None:
    """Within a second, as if nothing else went on."""
    began_s = now_s()
    person.sends("Hello")
    await world.until(lambda: "You said: Hello" in person.sees)
    assert now_s() - began_s < 1


async def test_while_telegram_was_slow_to_tell_who_is_an_admin_nobody_was_answered(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, bob, group = a_group(world)
        ann.sends(f"{BOT} one", to=group)
        await answers(world, group)
        world.telegram.faults.add(on="getChatMember", reply=hangs(), times=None)
        bob.sends("/reset", to=group)
        await asyncio.sleep(0.5)
        await answered_at_once(world, world.person(777))


@pytest.mark.parametrize("command", ["/reset", "edit"])
async def test_while_an_answers_last_edit_was_on_its_way_nobody_else_was_answered(
    tmp_path: Path, command: str
) -> None:
    async with opened(tmp_path) as world:
        ann = world.person()
        world.model.says(" ".join(["word"] * 100), between_s=1.0)
        question = ann.sends("a story")
        await world.until(lambda: bool(ann.chat.from_bot), timeout_s=30)
        world.telegram.faults.add(on="editMessageText", reply=slow(20))
        await asyncio.sleep(3)
        if command == "edit":
            ann.edits(question, "another story")
        else:
            ann.sends(command)
        await asyncio.sleep(0.5)
        await answered_at_once(world, world.person(777))


async def test_a_group_that_is_left_slowly_held_up_the_next_updates(tmp_path: Path) -> None:
    async with opened(tmp_path, ALLOWED_GROUP_IDS="-7") as world:
        ann, _, group = a_group(world)
        world.telegram.faults.add(on="sendMessage", reply=slow(20))
        ann.sends(f"{BOT} hello", to=group)
        await asyncio.sleep(0.5)
        await answered_at_once(world, world.person(777))
        await world.until(lambda: not group.has_bot)


async def test_a_file_that_had_to_wait_for_ten_minutes_took_twenty_to_be_a_sentence(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada, began_s = world.person(), now_s()
        world.telegram.faults.add(on="getFile", reply=flood(600), times=None)
        ada.sends_photo(photo())
        await world.until(lambda: bool(ada.sees), timeout_s=2000)
        assert ada.sees[0].startswith("Telegram isn't handing over the image")
        assert now_s() - began_s < ASK_RETRY_WITHIN_S


async def test_while_a_vanished_file_was_fetched_no_other_was_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, ben = world.person(), world.person(777)
        ada.sends_photo(photo("red"))
        await ada.hears()
        (adas,) = world.files
        ben.sends_photo(photo("green"))
        await ben.hears()
        world.openai.vanish(adas)
        virtual.jump(DAY_S)
        world.telegram.faults.add(on="getFile", reply=hangs(), times=None)
        before = downloads(world)
        await world.until(lambda: downloads(world) > before, timeout_s=7200)
        ben.sends("/reset")
        await world.until(lambda: not world.files, timeout_s=5)


async def test_to_name_a_topic_was_cut_off_as_a_lease_that_is_lost(tmp_path: Path) -> None:
    """Its conversation is given back before."""
    async with opened(tmp_path) as world:
        ann = with_topics(world)
        world.telegram.faults.add(on="editForumTopic", reply=slow(2.0))
        with capture_logs() as lines:
            ann.sends("What is the tallest mountain?")
            await hears(ann)
            await asyncio.sleep(3)
        (topic,) = (topic for topic in ann.chat.topics.values() if topic.thread != 1)
        assert topic.name == "What is the tallest mountain?"
        assert not [line for line in lines if line["event"] == "trouble"]
