"""Every kind of picture through the whole way, and what is said of it."""

from pathlib import Path

import pytest

from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.line.world import opened
from tests.media.pictures import SAMPLES, encoded, quarters

STILL = "This moves or has several pages; I only see one still frame of it."
BLUE = photo("blue")
WEBP = encoded(quarters(), "WEBP", lossless=True)


@pytest.mark.parametrize("form", SAMPLES)
async def test_one_file_of_each_format(tmp_path: Path, form: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = f"picture.{form.lower()}"
        ada.sends_document(SAMPLES[form], file_name=name, mime_type=None, caption="What?")
        (answer,) = await ada.hears()
        assert "48x64" in answer.text
        assert "What?" in answer.text
        (file,) = world.openai.files.values()
        assert file.content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
async def test_of_an_animation_the_first_frame_is_seen_and_it_is_said(
    tmp_path: Path, form: str
) -> None:
    second = quarters(("black", "black", "black", "black"))
    moving = encoded(quarters(), form, save_all=True, append_images=[second])

    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(moving, file_name=f"a.{form.lower()}", mime_type=None, caption="What?")
        said, answer = await ada.hears(2)
        assert said.text == STILL
        assert "48x64" in answer.text
        assert "[photo 1 is one still picture of an animation" in answer.text


def moves(ada: Person, kind: str) -> None:
    match kind:
        case "animation":
            ada.sends_animation(thumbnail=BLUE, caption="What?")
        case "video":
            ada.sends_video(thumbnail=BLUE, caption="What?")
        case "video_note":
            ada.sends_video_note(thumbnail=BLUE)
        case sticker:
            ada.sends_sticker(b"\x1f\x8b", kind=sticker, thumbnail=BLUE)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("animation", "an animation"),
        ("video_note", "a video message"),
        ("animated", "an animated sticker"),
        ("video", "a video"),
    ],
)
async def test_what_moves_is_seen_by_its_preview_and_it_is_said(
    tmp_path: Path, kind: str, named: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        moves(ada, kind)
        said, answer = await ada.hears(2)
        assert said.text == STILL
        assert "320x240, blue" in answer.text
        assert f"[photo 1 is one still picture of {named}" in answer.text


async def test_a_sticker_and_a_live_photo_are_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_sticker(WEBP)
        ada.sends_live_photo(BLUE, caption="What?")
        sticker, live = await ada.hears(2)
        assert "48x64" in sticker.text
        assert "320x240, blue" in live.text
        assert len(ada.sees) == 2


async def test_of_paid_media_every_picture_that_is_open_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_paid_photos([photo("red"), None, BLUE], caption="Which?")
        (answer,) = await ada.hears()
        assert "([photo 1]): 320x240, red" in answer.text
        assert "([photo 2]): 320x240, blue" in answer.text
        assert len(world.files) == 2


async def test_paid_media_that_is_locked_has_its_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_paid_photos([None])
        (said,) = await ada.hears()
        assert said.text.startswith("I can't handle paid images that are still locked")


async def test_a_forwarded_photo_is_a_photo(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, bob = world.person(1), world.person(2)
        ada.forwards(bob.sends_photo(BLUE), origin=bob)
        (answer,) = await ada.hears()
        assert "320x240, blue" in answer.text


async def test_the_picture_in_a_quote_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        video = ada.sends_video(thumbnail=BLUE)
        await ada.hears(2)
        ada.sends("/reset")
        await ada.hears()
        ada.replies_to(video, "And this?")
        said, answer = await ada.hears(2)
        assert said.text == STILL
        assert "320x240, blue" in answer.text
        assert "[in reply to photo 1]" in answer.text


async def test_the_picture_of_another_chats_message_is_seen(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, bob = world.person(1), world.person(2)
        told = bob.sends_photo(BLUE).json["photo"]
        origin = {"type": "hidden_user", "sender_user_name": "Bo", "date": 1_763_000_000}
        ada.post({"text": "What is it?", "external_reply": {"origin": origin, "photo": told}})
        (answer,) = await ada.hears()
        assert "320x240, blue" in answer.text


async def test_several_that_move_are_told_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        name = ada.new_album()
        for _ in range(2):
            video = ada.world.files.keep(b"ftyp", ada.id, "videos", "")
            frame = {"width": 640, "height": 480, "duration": 3}
            thumbnail = ada._thumbnail(BLUE)
            media = ada.world.files.describe(video) | frame | thumbnail
            ada.post({"video": media, "media_group_id": name})
        said, answer = await ada.hears(2)
        assert said.text.startswith("2 of these move")
        assert "([photo 2])" in answer.text
