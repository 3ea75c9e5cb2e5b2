"""Trying again: how often, after how long, and when not."""

import asyncio

import pytest

from snapthread.clock import now_s
from snapthread.concurrency.retry import Backoff, Retry
from snapthread.errors import Busy, ChatBusy, FilesBusy


class Service:
    """Busy as often as told, then done."""

    def __init__(self, *failures: Busy) -> None:
        self.failures = list(failures)
        self.asked_at_s: list[float] = []
        self.began_s = now_s()

    async def call(self) -> str:
        self.asked_at_s.append(now_s() - self.began_s)
        if self.failures:
            raise self.failures.pop(0)
        return "done"


async def test_each_wait_is_longer_than_the_one_before() -> None:
    service = Service(ChatBusy(), ChatBusy(), ChatBusy())

    assert await Retry(tries=4, backoff=Backoff(first_s=1.0)).run(service.call) == "done"

    assert service.asked_at_s == pytest.approx([0, 1, 3, 7])


async def test_the_last_try_is_not_tried_again() -> None:
    first, last = ChatBusy("first"), ChatBusy("last")
    service = Service(first, last)

    with pytest.raises(ChatBusy, match="last"):
        await Retry(tries=2, backoff=Backoff(first_s=1.0)).run(service.call)

    assert len(service.asked_at_s) == 2


async def test_what_the_service_asks_for_goes_before_our_own_wait() -> None:
    service = Service(ChatBusy(retry_after_s=5.0), ChatBusy())

    await Retry(tries=3, backoff=Backoff(first_s=1.0)).run(service.call)

    assert service.asked_at_s == pytest.approx([0, 5, 7])


async def test_a_wait_beyond_the_patience_is_not_waited_for() -> None:
    service = Service(ChatBusy(retry_after_s=11.0))

    with pytest.raises(ChatBusy):
        await Retry(tries=3, backoff=Backoff(first_s=1.0), patience_s=10.0).run(service.call)

    assert service.asked_at_s == pytest.approx([0])


async def test_another_service_that_is_busy_is_not_asked_again() -> None:
    service = Service(FilesBusy())

    with pytest.raises(FilesBusy):
        await Retry(tries=3, backoff=Backoff(first_s=1.0)).run(service.call, on=ChatBusy)


async def test_who_is_cancelled_in_a_wait_ends_at_once() -> None:
    service = Service(ChatBusy())
    work = asyncio.create_task(Retry(tries=2, backoff=Backoff(first_s=60.0)).run(service.call))
    await asyncio.sleep(1)

    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
    assert len(service.asked_at_s) == 1


def test_a_wait_is_at_most_its_longest() -> None:
    assert Backoff(first_s=1.0, longest_s=30.0).wait_s(9) == 30.0


def test_the_wait_after_a_thousand_failures_is_no_overflow() -> None:
    assert Backoff(first_s=1.0, longest_s=30.0).wait_s(5000) == 30.0


def test_waits_that_jitter_are_around_what_they_would_be() -> None:
    waits = [Backoff(first_s=8.0, jitter=0.5).wait_s(1) for _ in range(100)]

    assert 4.0 <= min(waits) < 7.0
    assert 9.0 < max(waits) <= 12.0
