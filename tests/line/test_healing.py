"""A failure that may be about pictures: nothing leaves that was not named or found bad twice."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from snapthread_sandbox.faults import Effect, Fault, openai_error, server_error, telegram_error
from snapthread_sandbox.wire import Response
from tests.line.photos import album, photo
from tests.line.test_long_pictures import LOOKS_CLOSELY, tall
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
        assert told.text.startswith("The assistant did not take this image.")
        await world.until(lambda: len(world.files) == 3)


def _named(which: str) -> Fault:
    return openai_error(404, f"No such File object: {which}", param="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class _NamesTheNewest(Fault):
    world: World

    async def around(self, effect: Effect) -> Response:
        return await _named(list(self.world.openai.files)[-1]).around(effect)


async def test_a_photo_that_was_there_and_was_called_missing_left_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        before = world.files
        world.openai.faults.add(on="POST /responses", reply=_named(min(before)))
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [True] * 3
        await world.until(lambda: len(world.files) == 3)
        assert before - world.files == {min(before)}


async def test_a_photo_that_is_named_again_when_it_is_new_leaves(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        before = world.files
        world.openai.faults.add(on="POST /responses", reply=_named(min(before)))
        world.openai.faults.add(on="POST /responses", reply=_NamesTheNewest(world=world))
        ada = world.person()
        ada.sends("What were they?")
        _, told = await ada.hears(2)
        assert told.text.startswith("Photo 1 has left our conversation")
        await world.until(lambda: len(world.files) == 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallsBad(Fault):
    """A file of the request, by its place there."""

    world: World
    place: int = 0

    async def around(self, effect: Effect) -> Response:
        named = self.world.requests[-1].file_ids[self.place]
        return await openai_error(400, f"The file {named} is not a valid image.").around(effect)


async def test_three_bad_photos_failed_a_question_that_had_none(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.faults.add(on="POST /responses", reply=_CallsBad(world=world), times=6)
        ada = world.person()
        ada.sends("What is a cat?")
        answer, told = await ada.hears(2)
        assert answer.text.startswith("You said: What is a cat?")
        assert told.text.startswith("Photos 1, 2, 3 have left our conversation")


async def test_a_question_without_an_image_was_told_that_this_image_was_not_taken(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(6))
        await ada.hears()
        world.openai.faults.add(on="POST /responses", reply=_CallsBad(world=world), times=None)
        ada.sends("What is a cat?")
        failed, told = await ada.hears(2)
        assert failed.text.startswith("There are photos or documents in our conversation that")
        assert told.text.startswith("Photos 1, 2, 3, 4 have left our conversation")
        assert [each["text"] for each in told.buttons] == ["Try again"]


async def test_a_photo_that_left_before_the_question_failed_left_without_a_word(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.faults.add(on="POST /responses", reply=_CallsBad(world=world), times=2)
        world.openai.faults.add(on="POST /responses", reply=server_error(), times=None)
        ada = world.person()
        ada.sends("What were they?")
        failed, told = await ada.hears(2, timeout_s=200)
        assert failed.text.startswith("The assistant is very busy")
        assert told.text.startswith("Photo 1 has left our conversation")


async def test_a_photo_that_was_missing_when_the_question_failed_was_missing_without_a_word(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        await _a_photo_that_telegram_does_not_give_now(world)
        is_asked_again = lambda _: len(world.requests) > 4  # noqa: E731 - the first finds it gone
        world.openai.faults.add(
            on="POST /responses", reply=server_error(), times=None, when=is_asked_again
        )
        ada = world.person()
        ada.sends("What were they?")
        failed, told = await ada.hears(2, timeout_s=200)
        assert failed.text.startswith("The assistant is very busy")
        assert told.text.startswith("I don't have photo 1 at the moment")


async def test_a_failed_question_dropped_what_is_said_of_a_part_of_its_album(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = ada.new_album()
        world.openai.faults.add(on="POST /responses", reply=server_error(), times=None)
        ada.sends_photo(photo("red"), album=name, caption="What?")
        ada.post({"game": {"title": "Chess"}, "media_group_id": name})
        told, failed = await ada.hears(2, timeout_s=200)
        assert told.text.startswith("I can't handle games yet.")
        assert failed.text.startswith("The assistant is very busy")
        assert [each["text"] for each in failed.buttons] == ["Try again"]


@dataclass(slots=True)
class _Uploads:
    """The moment of the last one."""

    last_s: float = float("-inf")

    def hear(self, route: str) -> None:
        if route == "POST /files":
            self.last_s = _now_s()

    def is_new(self, _: object) -> bool:
        """Half a second later it is known everywhere."""
        return _now_s() < self.last_s + 0.5


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_a_photo_just_restored_and_not_known_everywhere_left_for_good(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await _three_photos(world)
        world.openai.vanish(min(world.files))
        uploads, not_yet = _Uploads(), _NamesTheNewest(world=world)
        world.openai.called = uploads.hear
        world.openai.faults.add(
            on="POST /responses", reply=not_yet, times=None, when=uploads.is_new
        )
        ada = world.person()
        ada.sends("What were they?")
        (answer,) = await ada.hears()
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [True] * 3


async def test_only_the_first_bad_part_of_a_long_picture_came_up_anew(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        ada = world.person()
        ada.sends_document(tall(), file_name="page.png", mime_type="image/png")
        await ada.hears()
        before = world.files
        for place in (0, 1):
            bad = _CallsBad(world=world, place=place)
            world.openai.faults.add(on="POST /responses", reply=bad)
        ada.sends("What was it?")
        (answer,) = await ada.hears()
        assert "in 2 parts" in answer.text
        await world.until(lambda: len(world.files) == 2)
        assert before.isdisjoint(world.files)


async def test_a_photo_just_sent_and_not_known_everywhere_was_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("red"))
        await ada.hears()
        world.openai.faults.add(on="POST /responses", reply=_NamesTheNewest(world=world))
        ada.sends_photo(photo("green"))
        (answer,) = await ada.hears()
        assert "green" in answer.text


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


AWAY = telegram_error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")


async def _a_photo_that_telegram_does_not_give_now(world: World) -> None:
    """Of three, OpenAI has lost the first."""
    await _three_photos(world)
    world.openai.vanish(min(world.openai.files.values(), key=lambda file: file.created_at).id)
    world.telegram.faults.add(on="getFile", reply=AWAY, times=None)


async def test_a_photo_that_telegram_did_not_give_for_five_seconds_left_for_good(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await _a_photo_that_telegram_does_not_give_now(world)
        ada.sends("What were they?")
        answer, told = await ada.hears(2)
        assert [colour in answer.text for colour in ("red", "green", "blue")] == [False, True, True]
        assert told.text.startswith("Photo 1 is missing from this answer")
        world.telegram.faults.clear()
        ada.sends("And now?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert len(world.requests[-1].file_ids) == 3


async def test_a_photo_that_telegram_never_gives_holds_up_few_questions(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await _a_photo_that_telegram_does_not_give_now(world)
        ada.sends("What were they?")
        await ada.hears(2)
        for _ in range(5):
            ada.sends("And now?")
            await ada.hears()
        asked = sum(call.method == "getFile" for call in world.telegram.calls)
        assert asked == 3 + 3 * 2
        assert sum("missing from this answer" in text for text in ada.sees) == 1


async def test_a_lost_photo_is_forgotten_with_the_conversation(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await _a_photo_that_telegram_does_not_give_now(world)
        ada.sends("What were they?")
        await ada.hears(2)
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not world.files)
        world.telegram.faults.clear()
        ada.sends("And now?")
        (answer,) = await ada.hears()
        assert answer.text == "You said: And now?"


async def test_more_photos_than_are_brought_back_at_once_were_left_out_for_good(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for _ in range(3):
            ada.sends_album(album(8))
            await ada.hears()
        for file in list(world.files):
            world.openai.vanish(file)
        ada.sends("What were they?")
        await ada.hears()
        assert len(world.requests[-1].file_ids) == 24


async def test_the_questions_own_photo_that_telegram_does_not_give_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.telegram.faults.add(on="getFile", reply=AWAY, times=3)
        ada.sends_photo(photo())
        (told,) = await ada.hears()
        assert told.text.startswith("Telegram isn't handing over this image right now.")
