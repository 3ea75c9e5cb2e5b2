"""Work that one process of all does: taken over when its process dies, leaves, or is cut off."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.errors import ChatDenied, StoreBusy
from snapthread.intake.leader import LeaderLease
from snapthread.store import Store
from tests import virtual

TAKEN_OVER_WITHIN_S = 15.0


class Worker:
    """A process that would do the work."""

    def __init__(self, store: Store) -> None:
        self.works = False
        self.standing_by = 0
        self.duty = LeaderLease(
            store=cast(Any, Cut(self, store)), job="poll", clock=virtual.now, name="a:1"
        )
        self.is_cut_off = False
        self.task = asyncio.create_task(self.duty.run(self._work, standing_by=self._stands_by))

    async def _work(self) -> None:
        self.works = True
        try:
            await asyncio.Event().wait()
        finally:
            self.works = False

    def _stands_by(self) -> None:
        self.standing_by += 1

    async def leave(self) -> None:
        """As SIGTERM does."""
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


class Cut:
    """The store, as long as the worker reaches it."""

    def __init__(self, worker: Worker, store: Store) -> None:
        self._worker = worker
        self._store = store

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        if self._worker.is_cut_off:
            raise StoreBusy("away")
        return await self._store.take_job(job, owner, now, lease_s=lease_s)


def play(story: Callable[[Store], Awaitable[None]], folder: Path) -> None:
    async def told() -> None:
        store = await Store.open(folder / "bot.db")
        try:
            await story(store)
        finally:
            await store.close()

    virtual.run(told())


def test_one_works_and_the_other_stands_by(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        first = Worker(store)
        await asyncio.sleep(0.1)
        second = Worker(store)
        for _ in range(100):
            await asyncio.sleep(1)
            assert (first.works, second.works) == (True, False)
        assert second.standing_by > 0 == first.standing_by
        await second.leave()
        await first.leave()

    play(story, tmp_path)


def test_who_leaves_is_replaced_at_once(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        first = Worker(store)
        await asyncio.sleep(0.1)
        second = Worker(store)
        await asyncio.sleep(0.1)
        await first.leave()
        await asyncio.sleep(2.1)
        assert second.works
        await second.leave()

    play(story, tmp_path)


def test_who_is_cut_off_stops_before_another_begins(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        first = Worker(store)
        await asyncio.sleep(0.1)
        second = Worker(store)
        await asyncio.sleep(5)
        first.is_cut_off = True
        for _ in range(int(TAKEN_OVER_WITHIN_S * 10)):
            await asyncio.sleep(0.1)
            assert not (first.works and second.works)
        assert second.works
        await first.leave()
        await second.leave()

    play(story, tmp_path)


def test_what_the_work_raises_ends_the_duty(tmp_path: Path) -> None:
    async def story(store: Store) -> None:
        async def denied() -> None:
            raise ChatDenied("the token is wrong")

        duty = LeaderLease(store=store, job="poll", clock=virtual.now, name="a:1")
        with pytest.raises(ChatDenied):
            await duty.run(denied, standing_by=lambda: None)
        assert await store.take_job("poll", "somebody", virtual.now(), lease_s=1)

    play(story, tmp_path)
