"""Images in our own store: the same promises in a folder and on a server."""

import asyncio
import stat
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from snapthread.errors import StoreFull
from snapthread.ports import Blobs
from snapthread.store import Store
from snapthread.store.folder import FolderBlobs, images_folder
from tests.servers import Server, own_server, redis_program, valkey_program

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(days=1)
CONTENT = bytes(range(256))

Run = Callable[[Callable[[Blobs], Awaitable[None]]], None]


@pytest.fixture(params=["folder", "valkey", "redis"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    if request.param == "folder":
        yield lambda story: _told(tmp_path / "bot.db", story)
        return
    program = redis_program() if request.param == "redis" else valkey_program()
    with own_server(tmp_path, program=program) as server:
        yield lambda story: _told(server.url, story)


def _told(
    where: Path | str, story: Callable[[Blobs], Awaitable[None]], *, now: datetime = NOW
) -> None:
    async def told() -> None:
        store = await Store.open(where)
        try:
            await story(store.blobs(lambda: now))
        finally:
            await store.close()

    asyncio.run(told())


async def names(blobs: Blobs) -> list[str]:
    return [blob.name async for blob in blobs.list()]


def test_an_image_is_there_as_it_was_put_until_it_is_deleted(run: Run) -> None:
    async def story(blobs: Blobs) -> None:
        await blobs.put("a.jpg", CONTENT, expires_at=LATER)
        assert (await blobs.get("a.jpg"), await blobs.size("a.jpg")) == (CONTENT, 256)
        assert [(blob.name, blob.created_at) async for blob in blobs.list()] == [("a.jpg", NOW)]
        assert await blobs.delete("a.jpg") is True
        assert (await blobs.get("a.jpg"), await blobs.size("a.jpg")) == (None, None)
        assert await names(blobs) == []
        assert await blobs.delete("a.jpg") is False

    run(story)


def test_an_image_that_is_put_again_takes_its_own_place(run: Run) -> None:
    async def story(blobs: Blobs) -> None:
        await blobs.put("a.jpg", CONTENT, expires_at=LATER)
        await blobs.put("a.jpg", b"new", expires_at=LATER)
        assert await blobs.get("a.jpg") == b"new"
        assert await names(blobs) == ["a.jpg"]

    run(story)


def test_a_name_that_leads_elsewhere_leads_nowhere(run: Run) -> None:
    async def story(blobs: Blobs) -> None:
        assert await blobs.get("../bot.db") is None
        assert await blobs.delete("../bot.db") is False

    run(story)


async def test_the_newest_are_listed_first(tmp_path: Path) -> None:
    now = NOW
    blobs = FolderBlobs(tmp_path / "images", lambda: now)
    for name in ("c", "a", "b"):
        now += timedelta(minutes=1)
        await blobs.put(f"{name}.jpg", CONTENT, expires_at=LATER)
    assert await names(blobs) == ["b.jpg", "a.jpg", "c.jpg"]


def test_on_a_server_it_goes_by_itself_at_the_last(tmp_path: Path) -> None:
    with own_server(tmp_path, program=valkey_program()) as server:

        async def story(blobs: Blobs) -> None:
            await blobs.put("a.jpg", CONTENT, expires_at=datetime.now(UTC) + timedelta(hours=1))
            assert await names(blobs) == ["a.jpg"]
            assert 0 < _left_s(server) <= 3600
            await blobs.put("a.jpg", CONTENT, expires_at=datetime.now(UTC) - timedelta(seconds=1))
            assert await names(blobs) == []
            assert _keys(server) == ["snapthread:blobs"]  # it may be on its way

        async def an_hour_later(blobs: Blobs) -> None:
            assert await names(blobs) == []
            assert not _keys(server)

        _told(server.url, story)
        _told(server.url, an_hour_later, now=NOW + timedelta(hours=1))


def _left_s(server: Server) -> int:
    with server.client() as client:
        left = client.pttl("snapthread:blob:a.jpg")
    assert isinstance(left, int)
    return -(-left // 1000)


def _keys(server: Server) -> object:
    with server.client() as client:
        return client.keys("snapthread:blob*")


async def test_only_the_owner_reads_the_folder_and_its_files(tmp_path: Path) -> None:
    folder = images_folder(tmp_path / "bot.db")
    await FolderBlobs(folder, lambda: NOW).put("a.jpg", CONTENT, expires_at=LATER)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a.jpg").stat().st_mode) == 0o600


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = FolderBlobs(tmp_path / "file" / "images", lambda: NOW)
    with pytest.raises(StoreFull, match="images beside the store"):
        await blobs.put("a.jpg", CONTENT, expires_at=LATER)
