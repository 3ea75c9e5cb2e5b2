"""Keeping a lease: who may go on, and until when."""

import asyncio
from collections.abc import Iterator

import pytest

from snapthread.concurrency.lease import Lease
from snapthread.errors import LeaseLost, StoreBusy
from tests.virtual import now

NO_ANSWER = StoreBusy("away")


class Giver:
    """Whoever gives the lease: says yes, no, or nothing, in this order; then yes."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers: Iterator[bool | Exception] = iter(answers)
        self.asked = 0

    async def renew(self) -> bool:
        self.asked += 1
        answer = next(self.answers, True)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def lease(self) -> Lease:
        return Lease(renew=self.renew, lasts_s=12.0, every_s=4.0)


class Work:
    """Takes so long; knows when it ended."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ended_after_s: float | None = None

    async def run(self) -> str:
        began = now()
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.ended_after_s = (now() - began).total_seconds()
        return "done"


async def test_the_lease_is_renewed_until_the_work_is_done() -> None:
    giver, work = Giver(), Work(30)

    assert await giver.lease().run(work.run()) == "done"

    assert giver.asked == 7


async def test_work_ends_before_its_lease_is_somebody_elses_to_use() -> None:
    giver, work = Giver(True, False), Work(30)

    with pytest.raises(LeaseLost):
        await giver.lease().run(work.run())

    assert work.ended_after_s == pytest.approx(8)


async def test_a_store_that_is_away_for_a_moment_costs_no_lease() -> None:
    giver, work = Giver(NO_ANSWER, True, NO_ANSWER), Work(20)

    assert await giver.lease().run(work.run()) == "done"


async def test_a_store_that_stays_away_ends_the_work_before_the_lease_runs_out() -> None:
    giver, work = Giver(*[NO_ANSWER] * 9), Work(30)

    with pytest.raises(LeaseLost):
        await giver.lease().run(work.run())

    assert work.ended_after_s is not None
    assert work.ended_after_s < 12


async def test_an_odd_failure_of_a_renewal_ends_the_work() -> None:
    giver, work = Giver(ValueError("odd")), Work(30)

    with pytest.raises(LeaseLost):
        await giver.lease().run(work.run())

    assert work.ended_after_s == pytest.approx(4)


async def test_the_works_own_failure_is_raised_as_it_is() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Giver().lease().run(fails())


async def test_who_is_cancelled_takes_the_work_along() -> None:
    work = Work(30)
    task = asyncio.create_task(Giver().lease().run(work.run()))
    await asyncio.sleep(6)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.ended_after_s == pytest.approx(6)
