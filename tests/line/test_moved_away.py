"""Files at a server that the bot has moved away from: given up once they have expired there."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from snapthread.errors import FilesBusy
from snapthread.images.deleter import Deleter
from snapthread.model import Deletion, FileName, OutgoingMessage
from snapthread_sandbox.faults import server_error
from tests import virtual
from tests.line.photos import photo
from tests.line.world import World, at, opened

DAY_S = 86_400.0


def unreachable(world: World) -> None:
    world.openai.faults.add(on="DELETE /files/*", reply=server_error(503), times=None)


async def left(world: World) -> int:
    assert world.process is not None
    return (await world.process.store.backlog(at())).files


async def test_a_file_that_cannot_be_deleted_is_given_up_once_it_has_expired_there(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        unreachable(world)
        ada.sends_photo(photo("red"))
        await ada.hears()
        ada.sends("/reset")
        await ada.hears()
        with capture_logs() as logs:
            await world.sleeps(30 * DAY_S)
            assert await left(world) == 1
            await world.sleeps(2 * DAY_S)
            await world.sleeps(DAY_S)
        assert await left(world) == 0
        (told,) = [each for each in logs if each["event"] == "file.expired"]
        assert told["attempts"] > 1
        assert "503" in told["why"]


async def test_what_has_no_expiry_is_tried_on_and_counted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        assert world.process is not None
        unreachable(world)
        await world.process.store.adopt(
            1001, ["file-old"], at(), due_at=at(), outgoing=OutgoingMessage(text="Moved.")
        )
        for _ in range(5):
            await world.sleeps(20 * DAY_S)
        done = await world.process.maintenance.reconcile.run()
        assert done.deletions_failing == 1
        assert await left(world) == 1


class OneDeletion:
    """A store with one file to delete, at a service that is away."""

    def __init__(self, openai_id: str, *, days: float | None) -> None:
        expires_at = None if days is None else at() + timedelta(days=days)
        self.due = [
            Deletion(
                name=FileName("a"),
                openai_id=openai_id,
                reason="reset",
                attempts=9,
                created_at=at(),
                expires_at=expires_at,
            )
        ]
        self.was_given_up = False

    async def files_due(self, *_: Any, **__: Any) -> tuple[Deletion, ...]:
        due, self.due = self.due, []
        return tuple(due)

    async def delete_file(self, _name: FileName) -> None:
        self.was_given_up = True

    async def retry_later(self, *_: Any) -> None:
        pass

    async def delete(self, _openai_id: str) -> bool:
        raise FilesBusy("away")


@pytest.mark.parametrize(
    ("openai_id", "days", "is_given_up"),
    [
        ("file-1", -1, True),
        ("file-1", -1 / 1440, False),  # the clocks may differ
        ("file-1", 1, False),
        ("file-1", None, False),
        ("blob-1", -1, False),  # in our own store nothing expires by itself
    ],
)
async def test_only_what_expires_there_by_itself_is_given_up(
    openai_id: str, days: float | None, is_given_up: bool
) -> None:
    one = OneDeletion(openai_id, days=days)
    deleter = Deleter(store=cast(Any, one), files=cast(Any, one), clock=virtual.now)
    await deleter.delete_due()
    await asyncio.sleep(0)
    assert one.was_given_up is is_given_up
