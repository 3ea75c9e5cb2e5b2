"""A picture too long to be read in one: several parts, one photo to the person and to the model."""

import asyncio
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from snapthread.store.folder import images_folder
from snapthread.vision_tokens import image_tokens
from snapthread_sandbox.faults import telegram_error
from tests.line.mortal import Moment
from tests.line.photos import photo
from tests.line.test_limits import records
from tests.line.world import World, opened

COLOURS = ("red", "lime", "blue", "yellow", "purple", "orange")
LOOKS_CLOSELY = {"IMAGE_DETAIL": "high"}
GONE = telegram_error(400, "Bad Request: invalid file_id")


@cache
def tall(size: tuple[int, int] = (1080, 6000)) -> bytes:
    """A screenshot of a whole page: two parts, for a model that looks at 2,500 patches."""
    picture, written = Image.new("RGB", size), BytesIO()
    for number, colour in enumerate(COLOURS):
        top, bottom = (size[1] * n // len(COLOURS) for n in (number, number + 1))
        picture.paste(colour, (0, top, size[0], bottom))
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


def page(size: tuple[int, int]) -> bytes:
    picture, written = Image.new("RGB", size), BytesIO()
    line = Image.new("RGB", (size[0], 16), "white")
    text = "the quick brown fox jumps over the lazy dog 0123456789 " * 4
    ImageDraw.Draw(line).text((4, 0), text, "black")
    for top in range(0, size[1], 16):
        picture.paste(line, (0, top))
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


async def sends(world: World, content: bytes, **kw: Any) -> str:
    ada = world.person()
    ada.sends_document(content, file_name="page.png", mime_type="image/png", **kw)
    (answer,) = await ada.hears()
    return answer.text


async def asks(world: World, text: str) -> str:
    ada = world.person()
    ada.sends(text)
    (answer,) = await ada.hears()
    return answer.text


def contents(world: World) -> list[bytes]:
    """All that is held of pictures, at OpenAI or in our own store."""
    folder = images_folder(world.folder / "bot.db")
    kept = [path.read_bytes() for path in folder.iterdir()] if folder.exists() else []
    return sorted([*kept, *(file.content for file in world.openai.files.values())])


async def test_a_tall_screenshot_is_one_photo_in_parts_below_one_label(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        world.person().sends_photo(photo("red"))
        await world.person().hears()
        await sends(world, tall(), caption="Read it")
        content = world.requests[-1].body["input"][-1]["content"]
        kinds = [part["type"] for part in content]
        assert kinds == ["input_text", "input_image", "input_image", "input_text"]
        assert content[0]["text"] == "[photo 2, in 2 parts, which overlap]"
        assert content[3]["text"] == "Read it"
        sizes = [(f.width, f.height) for f in map(pixels, named(world, content))]
        assert sizes == [(942, 2656)] * 2


def named(world: World, content: list[Any]) -> list[bytes]:
    ids = [part["file_id"] for part in content if part["type"] == "input_image"]
    return [world.openai.files[id].content for id in ids]


def pixels(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


async def test_a_picture_longer_than_six_parts_is_to_be_sent_in_parts(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        assert "send it in parts" in await sends(world, page((1080, 32_000)))
        assert not world.requests
        assert not world.files


async def test_where_a_request_may_hold_fewer_images_the_person_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, IMAGE_WINDOW="2") as world:
        assert "send it in parts" in await sends(world, tall((1080, 9000)))
        assert not world.files


async def test_its_parts_count_as_one_photo_and_are_paid_for_each(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, USER_DAILY_IMAGES="1") as world:
        await sends(world, tall())
        await world.rests()
        (record,) = await records(world)
        one = image_tokens("gpt-6-luna", 942, 2656, "high")
        assert (record.images, record.images_in_requests, record.image_tokens) == (1, 2, 2 * one)


async def test_a_limit_of_money_is_asked_once_it_was_cut_and_before_it_goes_up(
    tmp_path: Path,
) -> None:
    # A question with one picture and the longest answer is 31,000 with that in cache.
    bounds = {"USER_DAILY_COST_USD": "0.032"}
    async with opened(tmp_path, **LOOKS_CLOSELY, **bounds) as world:
        assert "could cost more than" in await sends(world, tall())
        assert not world.files
        assert not world.requests
        assert "[photo 1]" in await sends(world, photo("red"))


@pytest.mark.parametrize("way", ["files", "inline"])
async def test_healing_makes_exactly_the_same_part_again(tmp_path: Path, way: str) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, IMAGE_TRANSPORT=way) as world:
        await sends(world, tall())
        before = contents(world)
        lose_one(world)
        assert "in 2 parts" in await asks(world, "And now?")
        await world.until(lambda: contents(world) == before)
        assert sum(bool(request.dead_ids) for request in world.requests) <= 1


def lose_one(world: World) -> None:
    """Of its two parts; at OpenAI, or in our own store."""
    if world.openai.files:
        world.openai.vanish(min(world.files))
    else:
        min(images_folder(world.folder / "bot.db").iterdir()).unlink()


async def test_another_model_heals_the_cut_of_the_first(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        await sends(world, tall())
        before = contents(world)
        await world.process.stop()  # type: ignore[union-attr]
        world.settings = world.settings.model_copy(update={"openai_model": "gpt-4o"})
        await world.start()
        lose_one(world)
        assert "in 2 parts" in await asks(world, "And now?")
        await world.until(lambda: contents(world) == before)


async def test_where_telegram_lost_it_too_all_its_parts_leave(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        await sends(world, tall())
        world.telegram.faults.add(on="getFile", reply=GONE, times=100)
        lose_one(world)
        await asks(world, "And now?")
        assert str(world.requests[-1].body["input"]).count("[photo 1, sent") == 1
        (told,) = [
            text for text in world.person().sees if "photo 1," in text.lower() or "photo 1 " in text
        ]
        assert told
        await world.until(lambda: not world.files)


@pytest.mark.parametrize("way", ["files", "inline"])
async def test_forget_and_reset_take_all_its_parts(tmp_path: Path, way: str) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, IMAGE_TRANSPORT=way) as world:
        ada = world.person()
        sent = ada.sends_document(tall(), file_name="page.png", mime_type="image/png")
        await ada.hears()
        assert len(contents(world)) == 2
        ada.replies_to(sent, "/forget")
        (told,) = await ada.hears()
        assert "photo 1" in told.text.lower()
        await world.until(lambda: not contents(world))
        await sends(world, tall())
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not contents(world))


async def test_the_window_takes_it_out_whole(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, IMAGE_WINDOW="4") as world:
        await sends(world, tall())
        for colour in ("red", "blue", "green"):
            await sends(world, photo(colour))
        assert str(world.requests[-1].body["input"]).count("[photo 1, sent") == 1
        assert len(world.requests[-1].file_ids) == 2
        await world.until(lambda: len(world.files) == 2)


async def test_a_reply_brings_all_its_parts_back(tmp_path: Path) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY, CONTEXT_MAX_TOKENS="8000") as world:
        ada = world.person()
        sent = ada.sends_document(tall(), file_name="page.png", mime_type="image/png")
        await ada.hears()
        world.model.says("Well.")
        await asks(world, "long " * 700)
        world.model.says("Well.")
        await asks(world, "long " * 700)
        ada.replies_to(sent, "What was it?")
        (answer,) = await ada.hears()
        assert "[in reply to photo 1]" in answer.text
        assert len(world.requests[-1].file_ids) == 2
        assert world.openai.counts["POST /files"] == 2


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("effect", ["store.intend", "files.upload", "store.record_upload"])
async def test_a_kill_between_its_parts_leaves_nothing_half(
    tmp_path: Path, effect: str, moment: Moment
) -> None:
    async with opened(tmp_path, **LOOKS_CLOSELY) as world:
        process, ada = world.process, world.person()
        assert process is not None
        process.life.kill_at(effect, moment, nth=2)
        ada.sends_document(tall(), file_name="page.png", mime_type="image/png")
        await process.bury()
        await world.start()
        (answer,) = await ada.hears()
        assert "in 2 parts" in answer.text
        await asyncio.sleep(400.0)
        assert world.process is not None
        await world.process.maintenance.reconcile.run()
        assert world.files == set(world.requests[-1].file_ids)
        assert len(world.files) == 2
