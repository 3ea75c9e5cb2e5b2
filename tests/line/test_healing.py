"""A failure that may be about pictures: nothing leaves that was not named or found bad twice."""

from pathlib import Path

import pytest

from snapthread_sandbox.faults import Fault, openai_error, server_error, telegram_error
from tests.line.photos import photo
from tests.line.world import World, opened

GONE = telegram_error(400, "Bad Request: invalid file_id")
NAMELESS = {
    "download": openai_error(400, "Failed to download image.", code="failed_to_download_image"),
    "url": openai_error(400, "The image could not be read.", code="invalid_image_url"),
}


async def _three_photos(world: World) -> None:
    ada = world.person()
    for colour in ("red", "green", "blue"):
        ada.sends_photo(photo(colour))
        await ada.hears()


@pytest.mark.parametrize("fault", NAMELESS.values(), ids=NAMELESS)
async def test_a_passing_failure_that_names_no_file_removes_no_photo(
    tmp_path: Path, fault: Fault
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.faults.add(on="POST /responses", reply=fault)
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [True] * 3
        assert len(world.files) == 3
        assert world.openai.counts["POST /files"] == 3


async def test_a_failure_that_stays_and_names_no_file_brings_the_photos_up_anew(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        before = world.files
        world.openai.faults.add(on="POST /responses", reply=NAMELESS["download"], times=2)
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [True] * 3
        await world.until(lambda: len(world.files) == 3)
        assert before.isdisjoint(world.files)


async def test_photos_that_cannot_be_had_in_any_way_leave_and_the_person_is_told(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.faults.add(on="POST /responses", reply=NAMELESS["download"], times=3)
        ada = world.person()
        ada.sends("What were they?")
        answer, told = await ada.hears(2)
        assert answer.text.startswith("You said: What were they?")
        assert told.text.startswith("Photos 1, 2, 3 have left our conversation")
        await world.until(lambda: not world.files)


async def test_a_photo_that_telegram_has_no_more_is_not_removed_by_a_passing_failure(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        world.openai.faults.add(on="POST /responses", reply=NAMELESS["download"], times=2)
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert "blue" in answer.text
        assert len(world.files) == 3


async def test_a_photo_lost_at_both_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.vanish(min(world.files))
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        ada = world.person()
        ada.sends("What were they?")
        answer, told = await ada.hears(2)
        assert answer.text
        assert "has left our conversation" in told.text
        assert len(world.files) == 2


async def test_the_questions_own_photo_is_refused_after_a_second_try_and_the_others_stay(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.faults.add(on="POST /responses", reply=NAMELESS["url"], times=2)
        ada = world.person()
        ada.sends_photo(photo("yellow"))
        (told,) = await ada.hears()
        assert told.text.startswith("OpenAI did not take this image.")
        await world.until(lambda: len(world.files) == 3)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_passing_failure_of_looking_for_a_file_failed_the_question(
    tmp_path: Path, times: int
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.vanish(min(world.files))
        world.openai.faults.add(on="GET /files/{id}", reply=server_error(), times=times)
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [True] * 3


async def test_a_server_that_has_nothing_there_refuses_no_picture(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        not_there = openai_error(404, "File Not Found", type="not_found_error")
        world.openai.faults.add(on="POST /responses", reply=not_there)
        ada = world.person()
        ada.sends("hello")
        (told,) = await ada.hears()
        assert told.text.startswith("The assistant is not available right now")
