"""A budget is never overdrawn, serves in order, and loses nothing to cancellation."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapthread.concurrency.budget import Budget

TOTAL = 10


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def _run(story: Callable[[Budget], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story(Budget(TOTAL)))


def test_what_is_free_is_taken_at_once() -> None:
    async def story(budget: Budget) -> None:
        assert await budget.take(4) == 4
        assert await budget.take(6) == 6
        assert budget.free == 0

    _run(story)


def test_more_than_there_is_takes_all_there_is() -> None:
    async def story(budget: Budget) -> None:
        assert await budget.take(TOTAL + 1) == TOTAL

    _run(story)


def test_what_does_not_fit_waits_until_it_does() -> None:
    async def story(budget: Budget) -> None:
        share = await budget.take(4)
        large = asyncio.ensure_future(budget.take(7))
        await _settle()
        assert not large.done()

        budget.give_back(share)

        assert await large == 7

    _run(story)


def test_nothing_small_slips_past_something_large() -> None:
    async def story(budget: Budget) -> None:
        share = await budget.take(4)
        large = asyncio.ensure_future(budget.take(7))
        small = asyncio.ensure_future(budget.take(1))
        await _settle()
        assert not small.done()

        budget.give_back(share)

        assert (await large, await small) == (7, 1)

    _run(story)


def test_who_leaves_the_queue_lets_the_next_one_in() -> None:
    async def story(budget: Budget) -> None:
        await budget.take(4)
        large = asyncio.ensure_future(budget.take(7))
        small = asyncio.ensure_future(budget.take(1))
        await _settle()

        large.cancel()

        assert await small == 1

    _run(story)


def test_who_is_cancelled_just_as_it_is_admitted_gives_it_back() -> None:
    async def story(budget: Budget) -> None:
        share = await budget.take(TOTAL)
        late = asyncio.ensure_future(budget.take(3))
        await _settle()

        budget.give_back(share)
        late.cancel()

        with pytest.raises(asyncio.CancelledError):
            await late
        assert budget.free == TOTAL

    _run(story)


step = st.tuples(
    st.sampled_from(["take", "give back", "cancel"]), st.integers(1, TOTAL + 2), st.booleans()
)


@settings(max_examples=200, deadline=None)
@given(st.lists(step, max_size=30))
def test_the_budget_is_kept_whatever_happens(steps: list[tuple[str, int, bool]]) -> None:
    async def story(budget: Budget) -> None:
        takers: list[asyncio.Task[int]] = []
        given_back: set[asyncio.Task[int]] = set()
        for verb, number, settled in steps:
            _do(verb, number, budget, takers, given_back)
            assert 0 <= budget.free <= TOTAL
            if settled:
                await _settle()
                _check(budget, takers, given_back)
        for taker in takers:
            taker.cancel()
        await _settle()
        for taker in _holders(takers, given_back):
            budget.give_back(taker.result())
        assert budget.free == TOTAL

    _run(story)


def _holders(
    takers: list[asyncio.Task[int]], given_back: set[asyncio.Task[int]]
) -> list[asyncio.Task[int]]:
    return [
        taker
        for taker in takers
        if taker.done() and not taker.cancelled() and taker not in given_back
    ]


def _do(
    verb: str,
    number: int,
    budget: Budget,
    takers: list[asyncio.Task[int]],
    given_back: set[asyncio.Task[int]],
) -> None:
    holders = _holders(takers, given_back)
    if verb == "take":
        takers.append(asyncio.get_running_loop().create_task(budget.take(number), name=str(number)))
    elif verb == "give back" and holders:
        taker = holders[number % len(holders)]
        given_back.add(taker)
        budget.give_back(taker.result())
    elif verb == "cancel" and takers:
        takers[number % len(takers)].cancel()


def _check(
    budget: Budget, takers: list[asyncio.Task[int]], given_back: set[asyncio.Task[int]]
) -> None:
    held = sum(taker.result() for taker in _holders(takers, given_back))
    assert held + budget.free == TOTAL
    in_order = [taker for taker in takers if not taker.cancelled()]
    admitted = [taker.done() for taker in in_order]
    assert admitted == sorted(admitted, reverse=True)  # first come, first served
    waiting = [taker for taker in in_order if not taker.done()]
    if waiting:
        assert min(int(waiting[0].get_name()), TOTAL) > budget.free  # nobody waits for nothing
