"""Images that travel within the request: the same life, in our own store instead of at OpenAI."""

import asyncio
import base64
import os
import re
import stat
from base64 import b64decode
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import ImageColor

from snapthread.store.folder import images_folder
from snapthread.store.sqlite.file.backup import backup, restore
from snapthread_sandbox.faults import openai_error, telegram_error
from snapthread_sandbox.openai.servers import Pictures
from tests import virtual
from tests.line.mortal import Moment
from tests.line.photos import COLOURS, album, photo
from tests.line.world import World, opened
from tests.media.documents import pdf
from tests.media.pictures import decoded, encoded, noise

DAY_S = 86_400.0
MOMENTS: tuple[Moment, ...] = ("before", "reply lost", "after")
GONE = telegram_error(400, "Bad Request: invalid file_id")
INLINE = {"IMAGE_TRANSPORT": "inline"}
OTHER = "https://llm.example.org/v1"


def shown(request: Any) -> list[bytes]:
    """The images within a request."""
    parts = [
        part
        for item in request.body["input"]
        if isinstance(item["content"], list)
        for part in item["content"]
        if part["type"] == "input_image"
    ]
    assert not any("file_id" in part for part in parts)
    return [b64decode(part["image_url"].partition(";base64,")[2], validate=True) for part in parts]


def no_files(world: World) -> None:
    world.openai.has_files = False
    world.openai.pictures = Pictures.FILE_IDS_REFUSED


def stored(folder: Path) -> bytes:
    """All that the store itself holds."""
    return b"".join(path.read_bytes() for path in folder.glob("bot.db*") if path.is_file())


def oldest(folder: Path) -> Path:
    return min(images_folder(folder / "bot.db").iterdir(), key=lambda path: path.stat().st_mtime)


async def asks(world: World, text: str, **kw: Any) -> str:
    ada = world.person()
    ada.sends(text, **kw)
    (answer,) = await ada.hears()
    return answer.text


async def shows(world: World, *colours: str) -> None:
    for colour in colours:
        world.person().sends_photo(photo(colour), caption=colour)
        await world.person().hears()


# ---------------------------------------------------------------- the talk


async def test_the_whole_talk_without_a_file_service(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        no_files(world)
        ada = world.person()
        assert await asks(world, "Hello") == "You said: Hello"
        first = ada.sends_photo(photo("red"), caption="One")
        assert "red" in (await ada.hears())[0].text
        await shows(world, "green", "blue")
        assert len(shown(world.requests[-1])) == 3
        ada.sends_album(album(7), caption="All")
        await ada.hears()
        assert len(shown(world.requests[-1])) == 10
        await asks(world, "This one?", reply_to=first)
        assert len(shown(world.requests[-1])) == 10
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not world.kept)
        assert await asks(world, "Fresh") == "You said: Fresh"
        assert world.openai.counts["POST /files"] == 0


async def test_an_album_of_ten_is_one_question(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        no_files(world)
        ada = world.person()
        ada.sends_album(album(10), caption="Which?")
        await ada.hears()
        assert len(shown(world.requests[-1])) == 10
        assert len(world.kept) == 10


async def test_a_restarted_bot_shows_what_it_showed(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red")
        await world.restart()
        assert "red" in await asks(world, "What was it?")


async def test_the_images_are_for_nobody_elses_eyes(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red")
        folder = images_folder(tmp_path / "bot.db")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


async def test_no_base64_of_an_image_lies_outside_a_request(tmp_path: Path) -> None:
    """Not in the store, its log, what is exported, or what is logged."""

    async with opened(tmp_path, **INLINE) as world:
        assert world.process is not None
        await shows(world, "red", "blue")
        asked = str(world.requests[-1].body)
        exported = str(await world.process.store.export(1001))
        rows = stored(tmp_path)
        for content in shown(world.requests[-1]):
            middle = base64.b64encode(content).decode()[40:120]
            assert middle in asked
            assert middle not in exported
            assert middle.encode() not in rows


# ---------------------------------------------------------------- what one request carries


async def test_more_than_twelve_leave_by_halves_as_lines_of_text(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        ada = world.person()
        ada.sends_album(album(10))
        await ada.hears()
        await shows(world, "red", "green")
        assert len(shown(world.requests[-1])) == 12
        await shows(world, "blue")
        assert len(shown(world.requests[-1])) == 6
        assert "no longer in view" in str(world.requests[-1].body)
        await world.until(lambda: len(world.kept) == 6)


async def test_more_megabytes_than_a_request_may_carry_leave_by_halves(tmp_path: Path) -> None:
    size = len(photo("red")) * 3.5 / 2**20
    async with opened(tmp_path, **INLINE, REQUEST_IMAGES_MB=str(size)) as world:
        await shows(world, "red", "green", "blue")
        assert len(shown(world.requests[-1])) == 3
        await shows(world, "pink")
        assert len(shown(world.requests[-1])) == 1
        await world.until(lambda: len(world.kept) == 1)


async def test_one_question_larger_than_a_request_is_told_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    size = len(photo("red")) * 1.5 / 2**20
    async with opened(tmp_path, **INLINE, REQUEST_IMAGES_MB=str(size)) as world:
        ada = world.person()
        ada.sends_album(album(2))
        (told,) = await ada.hears()
        assert told.text.startswith("Together these images are too large")
        assert world.requests == []
        await world.until(lambda: not world.kept)


async def test_files_at_openai_have_no_such_bounds(tmp_path: Path) -> None:
    async with opened(tmp_path, REQUEST_IMAGES_MAX="1", REQUEST_IMAGES_MB="0.001") as world:
        await shows(world, "red", "green")
        assert len(world.requests[-1].file_ids) == 2


async def test_two_hundred_images_keep_a_request_small_and_a_reset_leaves_nothing(
    tmp_path: Path,
) -> None:
    pictures = [encoded(noise((90, 90 + number)), "JPEG") for number in range(200)]
    most = int(max(map(len, pictures)) * 11)
    async with opened(tmp_path, **INLINE, REQUEST_IMAGES_MB=str(most / 2**20)) as world:
        assert world.process is not None
        ada = world.person()
        for first in range(0, 200, 10):
            ada.sends_album(pictures[first : first + 10])
            await ada.hears()
        sizes = [sum(map(len, shown(request))) for request in world.requests]
        assert 0 < max(sizes) <= most
        assert max(len(shown(request)) for request in world.requests) <= 12
        await world.until(lambda: len(world.kept) <= 12)
        folder = images_folder(tmp_path / "bot.db")
        held = (await world.process.store.storage_of(1001)).size_bytes
        assert sum(path.stat().st_size for path in folder.iterdir()) == held
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not world.kept)
        await asyncio.sleep(5)
        assert (await world.process.store.storage_of(1001)).files == 0


async def test_storage_is_counted_as_at_openai(tmp_path: Path) -> None:
    room = len(photo("red")) * 1.5 / 2**20
    async with opened(tmp_path, **INLINE, USER_STORAGE_MB=str(room)) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        await ada.hears()
        ada.sends_photo(photo("blue"))
        await ada.hears(2)
        await world.until(lambda: len(world.kept) == 1)


# ---------------------------------------------------------------- the life of an image


async def test_retention_deletes_an_image_here(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red")
        await world.sleeps(29.1 * DAY_S)
        assert world.kept == set()
        await asks(world, "What was it?")
        assert shown(world.requests[-1]) == []


async def test_forget_and_erase_delete_images_here(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        assert world.process is not None
        ada = world.person()
        first = ada.sends_photo(photo("red"))
        await ada.hears()
        await shows(world, "blue")
        ada.sends("/forget", reply_to=first)
        await ada.hears()
        await world.until(lambda: len(world.kept) == 1)
        await world.process.maintenance.eraser.erase(1001)
        await world.until(lambda: not world.kept)


async def test_an_image_that_vanished_here_is_restored_in_the_same_turn(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red", "blue")
        for path in images_folder(tmp_path / "bot.db").iterdir():
            path.unlink()
        asked = len(world.requests)
        answer = await asks(world, "What were they?")
        assert "red" in answer
        assert len(world.requests) == asked + 1  # none was sent in vain
        assert len(shown(world.requests[-1])) == 2
        assert len(world.kept) == 2


async def test_one_that_telegram_has_no_more_becomes_a_line_of_text(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red", "blue")
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        oldest(tmp_path).unlink()
        ada = world.person()
        ada.sends("What were they?")
        answer, told = await ada.hears(2)
        assert answer.text.startswith("You said: What were they?")
        assert told.text.startswith("Photo 1 has left")
        assert len(shown(world.requests[-1])) == 1


async def test_a_server_that_names_no_image_is_asked_again_and_the_images_are_brought_anew(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **INLINE) as world:
        await shows(world, "red")
        before = world.kept
        fault = openai_error(400, "Invalid base64 image.", code="invalid_base64_image")
        world.openai.faults.add(on="POST /responses", reply=fault, times=2)
        assert "red" in await asks(world, "What was it?")
        await world.until(lambda: len(world.kept) == 1)
        assert before.isdisjoint(world.kept)


async def test_reconcile_deletes_what_nobody_knows_and_restores_what_is_missing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **INLINE) as world:
        assert world.process is not None
        await shows(world, "red", "blue")
        folder = images_folder(tmp_path / "bot.db")
        lost, kept = sorted(world.kept)
        mark = world.process.bot.file_service.names.mark
        for orphan in (f"{mark}0123456789abcdef.jpg", f"{mark}00aa.jpg.partial"):
            (folder / orphan).write_bytes(b"x")
            os.utime(folder / orphan, (0, 0))
        (folder / lost).unlink()
        done = await world.process.maintenance.reconcile.run()
        assert (done.orphans_deleted, done.missing_restored) == (2, 1)
        await world.until(lambda: len(world.kept) == 2)
        assert kept in world.kept
        assert lost not in world.kept


async def test_a_backup_takes_the_images_along(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        assert world.process is not None
        await shows(world, "red")
        await world.rests()
        kept = world.kept
        backup(tmp_path / "bot.db", tmp_path / "yesterday.db")
        world.person().sends("/reset")
        await world.person().hears()
        await shows(world, "blue")
        await world.until(lambda: world.kept.isdisjoint(kept))
        await world.process.stop()
        restore(tmp_path / "yesterday.db", tmp_path / "bot.db", virtual.now())
        assert world.kept == kept
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        await world.start()
        assert "red" in await asks(world, "What was it?")


# ---------------------------------------------------------------- the other way


@pytest.mark.parametrize(("before", "after"), [("files", "inline"), ("inline", "files")])
async def test_after_a_change_of_transport_images_are_brought_anew(
    tmp_path: Path, before: str, after: str
) -> None:
    async with opened(tmp_path, IMAGE_TRANSPORT=before) as world:
        await shows(world, "red", "blue")
        held = world.files | world.kept
        assert world.process is not None
        await world.process.stop()
        world.settings = world.settings.model_copy(update={"image_transport": after})
        await world.start()
        assert "red" in await asks(world, "What were they?")
        request = world.requests[-1]
        assert len(shown(request) if after == "inline" else request.file_ids) == 2
        await world.until(lambda: held.isdisjoint(world.files | world.kept))
        assert len(world.files | world.kept) == 2


# ---------------------------------------------------------------- kills


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "effect",
    [
        *("store.intend", "files.upload", "blobs.put", "store.record_upload", "store.compose"),
        *("blobs.size", "blobs.get", "assistant.ask", "store.finish"),
    ],
)
async def test_a_question_survives_a_kill(tmp_path: Path, effect: str, moment: Moment) -> None:
    async with opened(tmp_path, **INLINE, STREAMING="draft") as world:
        ada = world.person()
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.sends_album(album(2), caption="Which?")
        await process.bury()
        await world.start()
        ada.sends("And now?")
        await world.until(lambda: any("And now?" in text for text in ada.sees))
        assert len(shown(world.requests[-1])) == 2
        await _left_are(world, 2)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("effect", ["store.reset", "blobs.delete", "store.delete_file"])
async def test_a_reset_survives_a_kill(tmp_path: Path, effect: str, moment: Moment) -> None:
    async with opened(tmp_path, **INLINE) as world:
        ada = world.person()
        ada.sends_album(album(2))
        await ada.hears()
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.sends("/reset")
        await process.bury()
        await world.start()
        ada.sends("Fresh")
        await world.until(lambda: any("Fresh" in text for text in ada.sees))
        assert len(world.requests[-1].body["input"]) == 1
        await _left_are(world, 0)


async def test_what_a_kill_left_half_written_is_found_by_its_name(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        assert world.process is not None
        await shows(world, "red")
        (whole,) = world.kept
        world.process.life.kill_at("blobs.put", "before")
        world.person().sends_photo(photo("blue"))
        await world.process.bury()
        process = await world.start()
        await world.until(lambda: len(world.person().sees) == 2)
        folder = images_folder(tmp_path / "bot.db")
        intended = re.escape(process.bot.file_service.names.mark)
        assert all(re.match(intended, name) for name in world.kept)
        (folder / f"{whole}.partial").write_bytes(b"half")
        os.utime(folder / f"{whole}.partial", (0, 0))
        await process.maintenance.reconcile.run()
        await _left_are(world, 2)


async def _left_are(world: World, count: int) -> None:
    """After what housekeeping needs, the store's rows and the folder are the same."""
    assert world.process is not None
    store = world.process.store
    async with asyncio.timeout(800):
        while True:
            storage = await store.storage_of(1001)
            names = {path.partition(".")[0] for path in world.kept}
            if storage.files == len(world.kept) == len(names) == count:
                return
            await asyncio.sleep(5)


async def test_each_image_stands_in_its_own_place(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        ada = world.person()
        ada.sends_album([photo(colour) for colour in COLOURS])
        await ada.hears()
        assert [_colour(content) for content in shown(world.requests[-1])] == list(COLOURS)


def _colour(content: bytes) -> str:
    """The nearest of ours."""
    pixel = cast("tuple[int, int, int]", decoded(content).convert("RGB").getpixel((5, 5)))

    def distance(name: str) -> int:
        return sum(abs(a - b) for a, b in zip(pixel, ImageColor.getrgb(name), strict=True))

    return min(COLOURS, key=distance)


async def test_a_document_travels_within_the_request_too(tmp_path: Path) -> None:
    async with opened(tmp_path, **INLINE) as world:
        no_files(world)
        content = pdf(3)
        ada = world.person()
        ada.sends_document(content, file_name="Report.pdf", mime_type="application/pdf")
        (answer,) = await ada.hears()
        assert "3 pages" in answer.text
        (part,) = [
            part
            for item in world.requests[-1].body["input"]
            for part in item["content"]
            if part["type"] == "input_file"
        ]
        assert part["file_data"].startswith("data:application/pdf;base64,")
        assert b64decode(part["file_data"].partition(",")[2]) == content
        assert "Report" not in part["filename"]
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not world.kept)


KEPT_HERE = "On the operator's server: our conversation, and your photos"


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ("files", "inline", "At the service they were uploaded to before: 1 older photo or"),
        ("inline", "files", "On the operator's server, from before: 1 older photo or"),
    ],
)
async def test_privacy_was_silent_on_photos_that_lie_where_they_went_before(
    tmp_path: Path, before: str, now: str, told: str
) -> None:
    async with opened(tmp_path, IMAGE_TRANSPORT=before) as world:
        ada = world.person()
        await shows(world, "red")
        await world.rests()
        world.settings = world.settings.model_copy(update={"image_transport": now})
        await world.restart()
        ada.sends("/privacy")
        (said,) = await ada.hears()
        assert said.text.count(told) == 1
        ada.sends("/reset")
        await ada.hears()
        await world.rests()
        ada.sends("/privacy")
        (said,) = await ada.hears()
        assert told not in said.text


@pytest.mark.parametrize(
    ("way", "server", "told", "untold"),
    [
        ("files", "", ("At OpenAI: your photos", "sent to OpenAI"), ("the service",)),
        ("inline", "", (KEPT_HERE, "sent to OpenAI"), ("At OpenAI", "the service")),
        ("files", OTHER, ("At the service that answers: your photos",), ("OpenAI",)),
        ("inline", OTHER, (KEPT_HERE, "the service that answers"), ("OpenAI", "At the service")),
    ],
)
async def test_privacy_says_what_is_so_for_the_server_and_the_way_that_run(
    tmp_path: Path, way: str, server: str, told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    async with opened(tmp_path, IMAGE_TRANSPORT=way, OPENAI_BASE_URL=server) as world:
        ada = world.person()
        ada.sends("/privacy")
        (said,) = await ada.hears()
        assert [words for words in told if words not in said.text] == []
        assert [words for words in untold if words in said.text] == []
        assert "{" not in said.text
