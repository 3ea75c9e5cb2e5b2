"""The importer's bounds: how much of what comes is in memory at once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from snapthread.errors import ImageRefused
from snapthread.images.importer import FileImporter
from snapthread.images.opener import FileOpener
from snapthread.images.request import FileRequest
from snapthread.images.uploader import UploadResult
from snapthread.limits import DOWNLOADED_BYTES_AT_ONCE, MEGABYTE
from snapthread.meter import Meter
from snapthread.model import Claim, ConversationKey, TelegramImage
from tests.contracts.builders import photo

MAX_BYTES = 20 * MEGABYTE
TILE = SimpleNamespace(content=b"jpeg", width=4, height=3, cut=None)
PREPARED = SimpleNamespace(
    tiles=(TILE,),
    width=4,
    height=3,
    mime="image/jpeg",
    extension="jpg",
    source_format="JPEG",
    is_first_frame=False,
    is_dense=False,
)


@dataclass(slots=True)
class Memory:
    """Telegram, the decoder and OpenAI: how many pictures are on which part of their way."""

    raw: int = 0
    most_raw: int = 0
    going_up: int = 0
    most_going_up: int = 0
    names: list[str] = field(default_factory=list)

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        assert max_bytes == MAX_BYTES
        self.names.append(telegram_id)
        self.raw += 1
        self.most_raw = max(self.most_raw, self.raw)
        await asyncio.sleep(1)
        return b"as it came"

    async def prepare(self, content: bytes, *, suspect: bool, **_: object) -> Any:
        assert (content, suspect) == (b"as it came", False)
        await asyncio.sleep(1)
        self.raw -= 1
        return PREPARED

    async def upload(self, *_: object) -> UploadResult:
        self.going_up += 1
        self.most_going_up = max(self.most_going_up, self.going_up)
        await asyncio.sleep(60)
        self.going_up -= 1
        return UploadResult(files=())


def importer_of(memory: Memory) -> FileImporter:
    opener = FileOpener(
        chat=cast(Any, memory),
        codec=cast(Any, memory),
        documents=cast(Any, None),
        max_bytes=MAX_BYTES,
    )
    return FileImporter(opener=opener, uploader=cast(Any, memory))


def claim_of(person: int) -> Claim:
    return Claim(conversation=ConversationKey(f"{person}"), token=1, epoch=0)


async def brought(people: int, size_bytes: int | None) -> Memory:
    """Each sends two pictures of this size."""
    memory = Memory()
    importer = importer_of(memory)
    await asyncio.gather(
        *(
            importer.import_files(
                claim_of(person), [wanted(size_bytes), wanted(size_bytes)], Meter()
            )
            for person in range(people)
        )
    )
    return memory


def wanted(size_bytes: int | None) -> FileRequest:
    message = photo()
    assert message.image is not None
    return FileRequest(message=message, file=replace(message.image, size_bytes=size_bytes))


async def test_large_pictures_of_many_people_are_not_all_in_memory_at_once() -> None:
    memory = await brought(people=10, size_bytes=6 * MEGABYTE)

    assert memory.most_raw == DOWNLOADED_BYTES_AT_ONCE // (2 * 6 * MEGABYTE) == 4
    assert len(memory.names) == 20


async def test_what_goes_up_holds_nobody_back_from_coming_down() -> None:
    memory = await brought(people=10, size_bytes=6 * MEGABYTE)

    assert memory.most_going_up == 16


async def test_small_pictures_wait_for_nobody_but_each_other() -> None:
    memory = await brought(people=10, size_bytes=100_000)

    assert memory.most_raw == 16


@dataclass(slots=True)
class SlowForLarge(Memory):
    """Telegram does not come to the end of a large file."""

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        if telegram_id == "large":
            await asyncio.Event().wait()
        return b"as it came"


async def test_a_photo_waited_behind_the_large_files_of_two_others() -> None:
    memory = SlowForLarge()
    importer = importer_of(memory)
    large, small = wanted(MAX_BYTES), wanted(MEGABYTE)
    large = replace(large, file=replace(large.file, telegram_id="large"))
    others = [
        asyncio.create_task(importer.import_files(claim_of(person), [large], Meter()))
        for person in range(2)
    ]
    await asyncio.sleep(1)

    async with asyncio.timeout(100):
        (brought,) = await importer.import_files(claim_of(7), [small], Meter())

    assert brought.fault is None
    for other in others:
        other.cancel()


async def test_a_photo_waited_behind_four_albums_of_large_files() -> None:
    memory = SlowForLarge()
    importer = importer_of(memory)
    large = wanted(MAX_BYTES)
    large = replace(large, file=replace(large.file, telegram_id="large"))
    others = [
        asyncio.create_task(importer.import_files(claim_of(person), [large] * 4, Meter()))
        for person in range(4)
    ]
    await asyncio.sleep(1)

    async with asyncio.timeout(100):
        (brought,) = await importer.import_files(claim_of(7), [wanted(MEGABYTE)], Meter())

    assert brought.fault is None
    for other in others:
        other.cancel()


async def test_a_file_waited_behind_the_second_large_one_of_another_chat() -> None:
    memory = SlowForLarge()
    importer = importer_of(memory)
    large, other = wanted(MAX_BYTES), wanted(2 * MEGABYTE)
    large = replace(large, file=replace(large.file, telegram_id="large"))
    hanging = asyncio.create_task(
        importer.import_files(claim_of(1), [large, large, large], Meter())
    )
    await asyncio.sleep(1)

    async with asyncio.timeout(100):
        (brought,) = await importer.import_files(claim_of(7), [other], Meter())

    assert brought.fault is None
    hanging.cancel()


@pytest.mark.parametrize("size_bytes", [None, MAX_BYTES])
async def test_a_picture_that_may_be_as_large_as_any_comes_alone(size_bytes: int | None) -> None:
    memory = await brought(people=3, size_bytes=size_bytes)

    assert memory.most_raw == 1


@dataclass(slots=True)
class Decoder:
    """Its ends, one after the other, and whether it looked for small text."""

    ends: list[Any]
    looked: list[bool] = field(default_factory=list)

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        return b"as it came"

    async def prepare(self, content: bytes, *, looks: bool, **_: object) -> Any:
        self.looked.append(looks)
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


BROKEN = ImageRefused("unreadable")
LONG = SimpleNamespace(**{**vars(PREPARED), "tiles": (TILE, TILE)})


@pytest.mark.parametrize("first", [BROKEN, LONG], ids=["broken", "in parts"])
async def test_the_one_look_for_small_text_was_spent_on_a_photo_that_tells_nothing(
    first: Any,
) -> None:
    decoder = Decoder([first, PREPARED, PREPARED])
    opener = FileOpener(
        chat=cast(Any, decoder),
        codec=cast(Any, decoder),
        documents=cast(Any, None),
        max_bytes=MAX_BYTES,
    )
    meter = Meter(looks_for_small_text=True)
    claim = Claim(conversation=ConversationKey("1"), token=1, epoch=0)
    request = wanted(1000)
    assert isinstance(request.file, TelegramImage)
    large = replace(request, file=replace(request.file, width=960, height=1280))
    for _ in range(3):
        with suppress(ImageRefused):
            await opener.open(claim, large, meter)
    assert decoder.looked == [True, True, False]
