"""A file's bytes: never more than allowed, never fewer than told."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import aiohttp
import pytest

from snapthread.adapters.bot_api.transport import BadStatus
from snapthread.errors import ChatBusy, ChatDenied, ImageRefused, SnapthreadError
from snapthread.limits import DOWNLOAD_S
from tests import virtual
from tests.bot_api.wire import TOKEN, Answer, Step, Wire, ok, refused


def file(**told: object) -> Answer:
    return ok({"file_id": "f", "file_unique_id": "u", "file_path": "photos/file_1.jpg", **told})


def status(code: int) -> BadStatus:
    return BadStatus(code)


def download(wire: Wire, *, max_bytes: int = 100, **options: Any) -> bytes:
    return virtual.run(wire.chat(**options).download("telegram-id", max_bytes=max_bytes))


def refusal(wire: Wire) -> str:
    with pytest.raises(ImageRefused) as caught:
        download(wire)
    return caught.value.fault


def test_a_file_is_its_chunks() -> None:
    wire = Wire([b"one", b"two"], getFile=file(file_size=6))
    assert download(wire) == b"onetwo"
    assert wire.params("getFile") == {"file_id": "telegram-id"}
    assert wire.is_file_closed


def test_a_file_of_unknown_size_is_taken() -> None:
    assert download(Wire([b"onetwo"], getFile=file())) == b"onetwo"


def test_a_file_of_exactly_the_allowed_size_is_taken() -> None:
    assert len(download(Wire([b"0" * 100], getFile=file(file_size=100)))) == 100


def test_a_file_that_is_told_to_be_too_large_is_not_asked_for() -> None:
    wire = Wire([b"0" * 101], getFile=file(file_size=101))
    assert refusal(wire) == "too_large"
    assert wire.urls == []


def test_a_file_that_is_larger_than_told_is_left_in_the_middle() -> None:
    wire = Wire([b"0" * 60, b"0" * 60, RuntimeError("read on")], getFile=file(file_size=60))

    async def refuse() -> bool:
        with pytest.raises(ImageRefused, match="too_large"):
            await wire.chat().download("f", max_bytes=100)
        return wire.is_file_closed

    assert asyncio.run(refuse())


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (refused(400, "Bad Request: file is too big"), "too_large"),
        (
            refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
            "unavailable",
        ),
        (refused(400, "Bad Request: invalid file_id"), "gone"),
        (refused(400, "Bad Request: wrong remote file identifier specified"), "gone"),
    ],
)
def test_what_telegram_does_not_give_is_refused(answer: Answer, fault: str) -> None:
    assert refusal(Wire([b"x"], getFile=answer)) == fault


PASSING = refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")


def test_a_file_that_is_unavailable_for_a_moment_is_not_gone() -> None:
    wire = Wire([b"onetwo"], getFile=[PASSING, PASSING, file(file_size=6)])
    assert download(wire) == b"onetwo"


@pytest.mark.parametrize("code", [404, 410])
def test_an_address_that_is_gone_is_asked_for_anew(code: int) -> None:
    class Renewed(Wire):
        async def _chunks(self) -> AsyncGenerator[bytes, None]:
            if len(self.urls) == 1:
                raise status(code)
            yield b"onetwo"

    wire = Renewed(getFile=[file(file_path="old.jpg"), file(file_path="new.jpg")])
    assert download(wire) == b"onetwo"
    assert [url.rpartition("/")[2] for url in wire.urls] == ["old.jpg", "new.jpg"]


@pytest.mark.parametrize(
    "wire",
    [
        Wire([status(404)]),
        Wire([b"x"], getFile=ok({"file_id": "f", "file_unique_id": "u"})),
        Wire([b"x"], getFile=refused(403, "Forbidden")),
        Wire([b"x"], getFile=refused(400, "Bad Request: file reference has expired")),
    ],
)
def test_what_says_nothing_of_the_file_loses_none(wire: Wire) -> None:
    with pytest.raises(ChatBusy):
        download(wire)
    assert wire.methods() == ["getFile"] * 3


@pytest.mark.parametrize(
    "steps",
    [
        [status(500)],
        [status(429)],
        [status(403)],
        [b"one", aiohttp.ClientPayloadError("Response payload is not completed")],
        [aiohttp.ServerDisconnectedError()],
        [TimeoutError()],
        [RuntimeError("surprise")],
    ],
)
def test_a_download_that_breaks_can_be_tried_again(steps: Sequence[Step]) -> None:
    with pytest.raises(ChatBusy):
        download(Wire(steps))


def test_a_download_that_is_cut_off_can_be_tried_again() -> None:
    with pytest.raises(ChatBusy):
        download(Wire([b"one"], getFile=file(file_size=6)))


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (refused(500, "Internal Server Error"), ChatBusy),
        (refused(429, "Too Many", retry_after=2), ChatBusy),
        (refused(401, "Unauthorized"), ChatDenied),
    ],
)
def test_not_knowing_is_not_a_file_that_is_gone(
    answer: Answer, ours: type[SnapthreadError]
) -> None:
    with pytest.raises(ours):
        download(Wire([b"x"], getFile=answer))


def test_a_download_that_never_ends_is_ended() -> None:
    wire = Wire([step for _ in range(100) for step in (10.0, b"x")])

    async def wait() -> float:
        with pytest.raises(ChatBusy):
            await wire.chat().download("f", max_bytes=10**6)
        return virtual.loop().time()

    assert virtual.run(wait()) == DOWNLOAD_S
    assert wire.is_file_closed


def test_a_download_that_hung_kept_its_room_for_two_minutes() -> None:
    wire = Wire([b"x", DOWNLOAD_S, b"y"], getFile=file())

    async def wait() -> None:
        async with asyncio.timeout(DOWNLOAD_S / 4):
            with pytest.raises(ChatBusy):
                await wire.chat().download("f", max_bytes=100)

    virtual.run(wait())
    assert wire.is_file_closed


def test_cancelling_a_download_goes_through_and_closes() -> None:
    wire = Wire([b"x", 100.0])

    async def cancel() -> None:
        task = asyncio.create_task(wire.chat().download("f", max_bytes=100))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    virtual.run(cancel())
    assert wire.is_file_closed


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("photos/file_1.jpg", "photos/file_1.jpg"),
        ("/var/lib/bot-api/photos/file 1#.jpg", "var/lib/bot-api/photos/file%201%23.jpg"),
    ],
)
def test_a_local_server_is_asked_for_its_path(path: str, asked: str) -> None:
    wire = Wire([b"x"], getFile=file(file_path=path))
    download(wire, base_url="http://127.0.0.1:8081")
    assert wire.urls == [f"http://127.0.0.1:8081/file/bot{TOKEN}/{asked}"]
