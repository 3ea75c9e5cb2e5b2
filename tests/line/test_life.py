"""The life of an image: it leaves by four ways and no other, and it comes back when it must."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from snapthread_sandbox.faults import drops, rate_limited, slow, telegram_error
from snapthread_sandbox.openai.dead_files import DeadFileShape
from snapthread_sandbox.openai.scripted_model import Answer
from tests import virtual
from tests.line.photos import COLOURS, album, photo
from tests.line.world import World, opened

DAY_S = 86_400.0
GONE = telegram_error(400, "Bad Request: invalid file_id")


async def _sees(world: World, count: int) -> None:
    """The bot's last request named this many images, none of them dead."""
    assert len(world.requests[-1].file_ids) == count
    assert not any(request.dead_ids for request in world.requests)


# ---------------------------------------------------------------- retention


async def test_an_old_image_leaves_before_openai_deletes_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        await world.sleeps(28.9 * DAY_S)
        assert len(world.files) == 1
        await world.sleeps(0.2 * DAY_S)
        assert len(world.openai.deleted) == 1
        ada.sends("What was it?")
        await ada.hears()
        await _sees(world, 0)
        assert "[photo 1, sent 12 Nov 14:00 UTC: no longer in view" in str(world.requests[-1].body)


async def test_a_request_that_had_to_wait_is_built_again(tmp_path: Path) -> None:
    """OpenAI asked to be left alone, and meanwhile the photo got too old."""

    async with opened(tmp_path) as world:
        assert world.process is not None
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        sent_at = world.requests[-1].at
        await world.sleeps(29 * DAY_S - 230)
        assert len(world.files) == 1
        until = virtual.now() + timedelta(seconds=50)
        await world.process.store.start_cooldown("openai", until, virtual.now())
        ada.sends("What was it?")
        await ada.hears(timeout_s=120)
        assert world.requests[-1].at >= until.timestamp()
        assert world.requests[-1].at - sent_at > 29 * DAY_S
        await _sees(world, 0)


async def test_a_bot_that_was_off_for_forty_days_asks_about_no_dead_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        assert world.process is not None
        await world.process.stop()
        await asyncio.sleep(40 * DAY_S)
        assert not world.files
        ada.sends("What was it?")
        await world.start()
        await ada.hears()
        await _sees(world, 0)


async def test_retention_is_the_operators_choice(tmp_path: Path) -> None:
    async with opened(tmp_path, FILE_RETENTION_DAYS="3") as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        (file,) = world.openai.files.values()
        assert file.expires_at == file.created_at + 4 * 86_400
        await world.sleeps(2.95 * DAY_S)
        await world.until(lambda: not world.files)


# ---------------------------------------------------------------- window


async def test_the_window_is_cut_by_halves_so_that_the_beginning_stays(tmp_path: Path) -> None:
    async with opened(tmp_path, IMAGE_WINDOW="4") as world:
        ada = world.person()
        for number in range(9):
            ada.sends_photo(photo(COLOURS[number]))
            await ada.hears()
        named = [len(request.file_ids) for request in world.requests]
        assert named == [1, 2, 3, 4, 2, 3, 4, 2, 3]
        await world.until(lambda: len(world.files) == 3)
        assert "bring it back by replying" in str(world.requests[-1].body)


# ---------------------------------------------------------------- storage


async def test_the_oldest_images_make_room_and_the_user_is_told_once(tmp_path: Path) -> None:
    content = photo("red", (1600, 1200))
    room_mb = len(content) * 2.5 / 1024 / 1024

    async with opened(tmp_path, USER_STORAGE_MB=f"{room_mb}") as world:
        ada = world.person()
        for _ in range(5):
            ada.sends_photo(content)
            await ada.hears()
            await asyncio.sleep(10)
        told = [text for text in ada.sees if text.startswith("Your files have reached")]
        assert len(told) == 1
        assert len(world.files) == 2
        await _sees(world, 2)


async def test_one_question_too_large_for_the_storage_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_STORAGE_MB="0.001") as world:
        ada = world.person()
        ada.sends_photo(photo("red", (1600, 1200)))
        (said,) = await ada.hears()
        assert said.text.startswith("The images of one message may take up 0.001 MB in total.")


# ---------------------------------------------------------------- forget


async def test_forget_takes_an_image_out_and_says_which(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        ada.sends_photo(photo("blue"))
        await ada.hears(2)
        ada.replies_to(first, "/forget")
        (said,) = await ada.hears()
        assert said.text == "Photo 1 is forgotten."
        await world.until(lambda: len(world.files) == 1)
        ada.sends("And now?")
        await ada.hears()
        await _sees(world, 1)
        ada.replies_to(first, "/forget")
        ada.sends("/forget")
        again, how = await ada.hears(2)
        assert again.text.startswith("This file isn't in our conversation")
        assert how.text.startswith("Reply to a photo or a document with /forget")


async def test_forget_on_one_part_forgets_the_album(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        parts = ada.sends_album(album(3))
        await ada.hears()
        ada.replies_to(parts[1], "/forget")
        (said,) = await ada.hears()
        assert said.text == "Photos 1, 2, 3 are forgotten."
        await world.until(lambda: not world.files)


async def test_a_forgotten_photo_comes_back_by_a_reply(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        await ada.hears()
        ada.replies_to(first, "/forget")
        await ada.hears()
        ada.replies_to(first, "What colour?")
        (answer,) = await ada.hears()
        assert "red" in answer.text
        await _sees(world, 1)


# ---------------------------------------------------------------- healing


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("shape", DeadFileShape)
async def test_vanished_files_are_restored_in_the_same_turn(
    tmp_path: Path, shape: DeadFileShape, is_named: bool
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.dead_file, world.openai.names_dead_file = shape, is_named
        ada.sends_album(album(3))
        await ada.hears()
        for file_id in list(world.openai.files)[:2]:
            world.openai.vanish(file_id)
        ada.sends("What colour is the first?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert len(world.requests[-1].file_ids) == 3
        assert sum(bool(request.dead_ids) for request in world.requests) == 1
        assert not world.requests[-1].dead_ids
        await world.until(lambda: len(world.files) == 3)


async def test_a_file_that_vanishes_again_during_the_repair_is_restored_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        world.openai.vanish(next(iter(world.openai.files)))
        asked = len(world.requests)
        world.openai.faults.add(on="POST /responses", reply=slow(1.0), times=2)
        ada.sends("And?")
        await world.until(lambda: world.openai.counts["POST /files"] == 2)
        await world.until(lambda: len(world.requests) == asked + 2)
        world.openai.vanish(next(iter(world.openai.files)))
        (answer,) = await ada.hears()
        assert "red" in answer.text


async def test_an_image_that_telegram_lost_too_becomes_a_line_of_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        ada.sends_photo(photo("blue"))
        await ada.hears(2)
        world.openai.vanish(next(iter(world.openai.files)))
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        ada.sends("And?")
        (answer,) = await ada.hears()
        assert "blue" in answer.text
        assert len(world.requests[-1].file_ids) == 1
        assert "no longer in view" in str(world.requests[-1].body)


async def test_while_telegram_is_away_nothing_is_removed(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        await ada.hears()
        world.openai.vanish(next(iter(world.openai.files)))
        rule = world.telegram.faults.add(on="getFile", reply=drops(), times=None)
        ada.sends("And?")
        (said,) = await ada.hears(timeout_s=200)
        assert said.text.startswith("Telegram isn't handing over the image right now.")
        rule.end()
        ada.sends("And now?")
        (answer,) = await ada.hears(timeout_s=200)
        assert "red" in answer.text


# ---------------------------------------------------------------- reconcile


async def _reconcile(world: World, *, dry_run: bool = False) -> dict[str, int]:
    assert world.process is not None
    done = await world.process.maintenance.reconcile.run(dry_run=dry_run)
    return {
        "orphans": done.orphans_deleted,
        "restored": done.missing_restored,
        "retired": done.missing_retired,
        "settled": done.intents_settled,
    }


async def test_reconcile_deletes_orphans_of_this_installation_only(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        ours = next(iter(world.openai.files.values())).name.rsplit("-", 1)[0]
        world.openai.upload(f"{ours}-0123456789abcdef.jpg", photo("blue"))
        theirs = world.openai.upload("snapthread-ffffffff-0123456789abcdef.jpg", photo("blue"))
        other = world.openai.upload("holiday.jpg", photo("blue"))
        assert (await _reconcile(world))["orphans"] == 0  # young: it may be about to be recorded
        await asyncio.sleep(400)
        dry = await _reconcile(world, dry_run=True)
        assert dry["orphans"] == 1
        assert len(world.files) == 4
        assert (await _reconcile(world))["orphans"] == 1
        assert len(world.files) == 3
        assert {theirs, other} < world.files


async def test_reconcile_restores_what_openai_lacks_and_retires_what_telegram_lacks_too(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada, bob = world.person(1), world.person(2)
        for person in (ada, bob):
            person.sends_photo(photo())
            await person.hears()
        for file_id in list(world.openai.files):
            world.openai.vanish(file_id)
        world.telegram.faults.add(on="getFile", reply=GONE, times=1)
        await asyncio.sleep(10)
        assert (await _reconcile(world, dry_run=True))["restored"] == 2
        done = await _reconcile(world)
        assert (done["restored"], done["retired"]) == (1, 1)
        assert len(world.files) == 1
        asked = len(world.requests)
        for person in (ada, bob):
            person.sends("And?")
            await person.hears()
        assert not any(request.dead_ids for request in world.requests[asked:])


async def test_two_installations_on_one_project_leave_each_others_files_alone(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        await ada.hears()
        first = world.process
        assert first is not None
        await first.stop()
        world.folder = tmp_path / "second"
        await world.start()
        ada.sends_photo(photo("blue"))
        await ada.hears()
        await world.sleeps(2 * DAY_S)
        await _reconcile(world)
        assert len(world.files) == 2
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: len(world.files) == 1)


# ---------------------------------------------------------------- many files


@pytest.mark.parametrize("albums", [12, pytest.param(100, marks=pytest.mark.soak)])
async def test_a_reset_deletes_all_files_although_every_third_time_is_refused(
    tmp_path: Path, albums: int
) -> None:
    async with opened(tmp_path, CONTEXT_MAX_TOKENS="4000") as world:
        ada = world.person()
        world.model.otherwise = Answer(text="Nice.")
        for _ in range(albums):
            ada.sends_album(album(10))
            await ada.hears()
        assert len(world.files) == albums * 10
        calls = iter(range(10**9))
        world.openai.faults.add(
            on="DELETE /files/{id}",
            reply=rate_limited(1),
            times=None,
            when=lambda _: next(calls) % 3 == 0,
        )
        began = world.telegram.world.now()
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert world.telegram.world.now() - began < 1
        assert said.text.endswith(f"{albums * 10} files are still being deleted.")
        await world.until(lambda: not world.files, timeout_s=3600)


# ---------------------------------------------------------------- erase, export, privacy


async def test_delete_me_asks_and_then_deletes_everything(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="My secret")
        await ada.hears()
        ada.sends("/delete_me")
        (asked,) = await ada.hears()
        yes, _ = asked.buttons
        ada.presses(yes)
        await world.until(lambda: asked.text.startswith("Everything I stored about you"))
        assert asked.buttons == []
        await world.until(lambda: not world.files)
        await asyncio.sleep(1)  # until it is written down too
        assert world.process is not None
        held = await world.process.store.export(ada.id)
        assert "secret" not in json.dumps(held)
        assert not held["conversation"]
        assert not held["files"]
        ada.sends("Do you know me?")
        await ada.hears()
        assert len(world.requests[-1].body["input"]) == 1


async def test_what_was_kept_stays_kept_however_often_the_old_button_is_pressed(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="My cat")
        await ada.hears()
        ada.sends("/delete_me")
        (asked,) = await ada.hears()
        yes, no = asked.buttons
        ada.presses(no)
        await world.until(lambda: asked.text == "Nothing was deleted.")
        assert asked.buttons == []
        ada.presses(yes, on=asked)  # on a screen that is behind
        (late,) = await ada.hears()
        assert late.text.startswith("These buttons no longer work")
        assert late.text.endswith("send /delete_me.")
        assert len(world.files) == 1


async def test_a_second_delete_does_not_take_what_came_after_the_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("/delete_me")
        (asked,) = await ada.hears()
        yes, _ = asked.buttons
        ada.presses(yes)
        await world.until(lambda: asked.text.startswith("Everything"))
        ada.sends_photo(photo(), caption="A new beginning")
        await ada.hears()
        ada.presses(yes, on=asked)
        (late,) = await ada.hears()
        assert late.text.startswith("These buttons no longer work")
        assert len(world.files) == 1


async def test_buttons_that_were_forgotten_for_an_hour_delete_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        ada.sends("/delete_me")
        (asked,) = await ada.hears()
        yes, _ = asked.buttons
        await world.sleeps(3600)
        ada.presses(yes)
        await world.until(lambda: asked.text.startswith("These buttons no longer work"))
        assert asked.buttons == []
        assert len(world.files) == 1


@pytest.mark.parametrize("press", ["delete_me:yes", "delete_me:yes:soon", "delete_me:yes:-1"])
async def test_a_button_of_an_older_version_deletes_nothing(tmp_path: Path, press: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        ada.presses({"text": "Delete everything", "callback_data": press}, on=ada.chat.messages[-1])
        await world.until(lambda: "no longer work" in "".join(ada.sees))
        assert len(world.files) == 1


async def test_export_sends_the_conversation_as_a_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo(), caption="My cat")
        await ada.hears()
        ada.sends("/export")
        _, sent = await ada.hears(2)
        assert sent.json["document"]["file_name"] == "snapthread.json"
        assert sent.text == "This is everything I store about you."


async def test_privacy_says_how_long_images_stay(tmp_path: Path) -> None:
    async with opened(tmp_path, FILE_RETENTION_DAYS="7") as world:
        ada = world.person()
        ada.sends("/privacy")
        (said,) = await ada.hears()
        assert "at most 7 days" in said.text


async def test_who_blocked_the_bot_is_cleaned_up_after_the_retention_time(tmp_path: Path) -> None:
    async with opened(tmp_path, FILE_RETENTION_DAYS="7") as world:
        ada, bob = world.person(1), world.person(2)
        for person in (ada, bob):
            person.sends("Hello")
            await person.hears()
            person.blocks_bot()
        await asyncio.sleep(10)
        bob.unblocks_bot()
        await asyncio.sleep(10)
        await world.sleeps(8 * DAY_S)
        assert world.process is not None
        assert not (await world.process.store.export(1))["conversation"]
        assert (await world.process.store.export(2))["conversation"]


async def test_erase_gives_a_receipt(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(3))
        await ada.hears()
        assert world.process is not None
        receipt = await world.process.maintenance.eraser.erase(ada.id)
        assert (receipt.conversation_lines, receipt.files_deleted, receipt.files_pending) == (
            2,
            3,
            0,
        )
        assert not world.files
        again = await world.process.maintenance.eraser.erase(ada.id)
        assert (again.conversation_lines, again.files_deleted) == (0, 0)
