"""The virtual loop's promises: waiting is free, threads take no time, hopeless waits fail."""

import asyncio
import time
from datetime import timedelta

import pytest

from tests.virtual import START, NothingCanHappen, VirtualLoop, now, run, unix_now


def test_a_long_sleep_costs_no_real_time() -> None:
    async def main() -> None:
        await asyncio.sleep(40 * 86_400)
        assert now() - START == timedelta(days=40)

    began = time.process_time()
    run(main())
    assert time.process_time() - began < 5


def test_the_world_starts_at_a_fixed_date() -> None:
    async def main() -> float:
        return unix_now()

    assert run(main()) == START.timestamp()


def test_timers_fire_in_order_of_their_time() -> None:
    async def main() -> list[int]:
        order: list[int] = []

        async def later(delay_s: int) -> None:
            await asyncio.sleep(delay_s)
            order.append(delay_s)

        await asyncio.gather(later(30), later(10), later(20))
        return order

    assert run(main()) == [10, 20, 30]


async def test_time_stands_still_while_a_thread_works() -> None:
    alarm = asyncio.create_task(asyncio.sleep(1))
    assert await asyncio.to_thread(lambda: 7) == 7
    with pytest.raises(KeyError):
        await asyncio.to_thread(dict[str, str]().__getitem__, "no such key")
    assert now() == START
    assert not alarm.done()
    await alarm


async def test_what_a_thread_began_is_done_although_nobody_waits_any_more() -> None:
    ended: list[float] = []
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(asyncio.to_thread(lambda: ended.append(loop.time())))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [0.0]


def test_waiting_for_what_can_never_happen_is_an_error_that_names_the_waiter() -> None:
    async def a_hopeless_wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingCanHappen, match="a_hopeless_wait"):
        run(a_hopeless_wait())


async def test_a_timeout_ends_a_hang() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await asyncio.Event().wait()
    assert now() - START == timedelta(seconds=60)


def test_a_runner_keeps_the_world_between_runs() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(asyncio.sleep(5))
        runner.run(asyncio.sleep(5))
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        assert loop.now() - START == timedelta(seconds=10)
