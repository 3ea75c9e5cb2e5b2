"""Jobs side by side: what is cancelled before it began leaves nothing behind."""

import asyncio
import gc

import pytest

from snapthread.concurrency.gather import gather_all


async def job(number: int, done: list[int]) -> int:
    await asyncio.sleep(0)
    done.append(number)
    if number == 1:
        raise ValueError(number)
    return number


def test_every_job_goes_on_and_the_first_failure_is_raised() -> None:
    done: list[int] = []
    with pytest.raises(ValueError, match="1"):
        asyncio.run(gather_all(job(number, done) for number in range(3)))
    assert done == [0, 1, 2]


def test_results_are_in_the_order_of_the_jobs() -> None:
    assert asyncio.run(gather_all(job(number, []) for number in (2, 0, 3))) == [2, 0, 3]


def test_a_loop_that_ends_before_the_jobs_began_leaves_none_behind() -> None:
    """An unawaited coroutine warns, and a warning is an error here."""

    async def story() -> None:
        work = asyncio.create_task(gather_all([job(0, []), job(2, [])]))
        await asyncio.sleep(0)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(story())
    gc.collect()
