"""The store is away for a moment, at the worst one: nothing is said, asked or paid twice for it."""

import asyncio
from pathlib import Path

import pytest

from snapthread.errors import SnapthreadError, StoreBusy, StoreFull
from snapthread_sandbox.faults import server_error, slow
from tests.line.photos import photo
from tests.line.test_groups import BOT, downloads
from tests.line.test_guests import friends
from tests.line.world import World, opened

AWAY = (StoreBusy("locked"), StoreFull("no space"))
TWO_MESSAGES = "word " * 1200


def fails(world: World, call: str, error: SnapthreadError) -> None:
    assert world.process is not None
    world.process.life.fail_at(call, error, times=3)


@pytest.mark.parametrize("error", AWAY)
@pytest.mark.parametrize("call", ["store.mark_sent", "store.conclude"])
async def test_what_telegram_had_taken_was_sent_again(
    tmp_path: Path, call: str, error: SnapthreadError
) -> None:
    async with opened(tmp_path, STREAMING="off") as world:
        ada = world.person()
        world.model.says(TWO_MESSAGES)
        fails(world, call, error)
        ada.sends("Hello")
        await world.until(lambda: len(ada.sees) >= 2)
        await asyncio.sleep(60)
        assert len(ada.sees) == 2


@pytest.mark.parametrize("error", AWAY)
async def test_an_answer_that_could_not_be_kept_at_once_was_asked_and_paid_again(
    tmp_path: Path, error: SnapthreadError
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        fails(world, "store.finish", error)
        ada.sends("Hello")
        await world.until(lambda: ada.sees == ["You said: Hello"])
        await world.rests()
        assert len(world.requests) == 1


async def test_a_note_beside_the_answer_that_could_not_be_kept_cost_the_answer(
    tmp_path: Path,
) -> None:
    content = photo("red", (1600, 1200))
    room_mb = len(content) * 1.5 / 1024 / 1024
    async with opened(tmp_path, USER_STORAGE_MB=f"{room_mb}") as world:
        ada = world.person()
        ada.sends_photo(content)
        await ada.hears()
        await asyncio.sleep(10)
        fails(world, "store.enqueue", StoreBusy("locked"))
        ada.sends_photo(content)
        await ada.hears()
        await asyncio.sleep(30)
        assert len(world.requests) == 2


async def test_after_a_kill_a_photo_was_refused_for_the_room_that_it_took_itself(
    tmp_path: Path,
) -> None:
    content = photo("red", (1600, 1200))
    room_mb = len(content) * 1.5 / 1024 / 1024
    async with opened(tmp_path, USER_STORAGE_MB=f"{room_mb}") as world:
        ada, process = world.person(), world.process
        assert process is not None
        process.life.kill_at("assistant.ask", "before")
        ada.sends_photo(content)
        await process.bury()
        await world.start()
        (answer,) = await ada.hears()
        assert "red" in answer.text
        assert len(world.files) == 1


async def test_a_photo_that_was_reset_away_was_fetched_and_uploaded_again(tmp_path: Path) -> None:
    """By the daily look at everything, which had just found it missing."""
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        await asyncio.sleep(400)
        world.openai.vanish(next(iter(world.files)))
        world.openai.faults.add(on="GET /files/{id}", reply=slow(10))
        before = downloads(world)
        assert world.process is not None
        looking = asyncio.create_task(world.process.maintenance.reconcile.run())
        await world.until(lambda: world.openai.counts["GET /files/{id}"] == 1)
        ada.sends("/reset")
        await ada.hears()
        done = await looking
        assert downloads(world) == before
        assert world.openai.counts["POST /files"] == 1
        assert (done.missing_restored, done.missing_retired) == (0, 0)


async def test_a_minute_of_mending_used_up_the_patience_with_a_busy_assistant(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        world.openai.vanish(next(iter(world.files)))
        world.openai.faults.add(on="POST /responses", reply=server_error())
        world.openai.faults.add(on="POST /files", reply=slow(70))
        ada.sends("And?")
        await world.until(lambda: world.openai.counts["POST /files"] == 2)
        world.openai.faults.add(on="POST /responses", reply=server_error())
        await world.until(lambda: len(ada.sees) == 2, timeout_s=200)
        assert ada.sees[1].startswith("You said: And?")


async def test_the_place_of_a_guests_answer_was_forgotten_and_stayed_empty(tmp_path: Path) -> None:
    """Telegram takes one answer to each query."""
    async with opened(tmp_path, GUEST_MODE="yes") as world:
        ann, _, group = friends(world)
        fails(world, "store.note_guest", StoreBusy("locked"))
        ann.sends(f"{BOT} hi", to=group)
        await world.until(lambda: group.chat.texts == [f"You said: Ann: {BOT} hi"])


async def test_a_photo_whose_upload_could_not_be_written_down_at_once_was_uploaded_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        fails(world, "store.record_upload", StoreBusy("locked"))
        ada.sends_photo(photo())
        await ada.hears()
        assert world.openai.counts["POST /files"] == 1
