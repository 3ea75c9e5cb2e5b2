"""The async face: threads within a budget, and suspects outside."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any

import pytest

from snapthread.adapters.media import Images, prepare
from snapthread.concurrency.budget import Budget
from snapthread.errors import ImageRefused
from snapthread.limits import DECODED_BYTES_AT_ONCE
from tests.media.pictures import HEIC, SAMPLES, UPRIGHT, encoded, noise, seen

TOTAL = 1_000_000  # less than any picture takes: one at a time
BAD = SAMPLES["PNG"][:-40]


@cache
def _large() -> bytes:
    """A picture that takes a while."""
    return encoded(noise((1400, 1000)), "PNG", compress_level=1)


def _run(story: Callable[[Images, Budget], Coroutine[Any, Any, None]]) -> None:
    async def bounded() -> None:
        budget = Budget(TOTAL)
        async with asyncio.timeout(30):
            await story(Images(max_side=512, budget=budget), budget)

    asyncio.run(bounded())


async def _until(happened: Callable[[], bool]) -> None:
    while not happened():
        await asyncio.sleep(0.001)


def test_it_prepares_as_the_synchronous_one_does() -> None:
    async def story(images: Images, budget: Budget) -> None:
        assert await images.prepare(_large()) == prepare(_large(), max_side=512)
        assert budget.free == TOTAL

    _run(story)


def test_heic_is_never_decoded_in_this_process() -> None:
    program = (
        "import asyncio, sys; from snapthread.adapters.media import Images;"
        "asyncio.run(Images(max_side=512).prepare(sys.stdin.buffer.read()));"
        "sys.exit('pi_heif' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=HEIC, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("suspect", [False, True])
def test_a_refusal_gives_its_share_back(suspect: bool) -> None:
    async def story(images: Images, budget: Budget) -> None:
        with pytest.raises(ImageRefused, match="unreadable"):
            await images.prepare(BAD, suspect=suspect)
        assert budget.free == TOTAL

    _run(story)


def test_many_at_once_all_come_through() -> None:
    async def story(images: Images, budget: Budget) -> None:
        every = [images.prepare(content) for content in SAMPLES.values()]
        assert {seen(prepared.content) for prepared in await asyncio.gather(*every)} == {UPRIGHT}
        assert budget.free == TOTAL

    _run(story)


@pytest.mark.parametrize("suspect", [False, True])
def test_nothing_is_decoded_while_the_budget_is_spent(suspect: bool) -> None:
    async def story(images: Images, budget: Budget) -> None:
        share = await budget.take(TOTAL)
        waiting = asyncio.ensure_future(images.prepare(SAMPLES["PNG"], suspect=suspect))
        await asyncio.sleep(0.05)
        assert not waiting.done()

        budget.give_back(share)

        assert seen((await waiting).content) == UPRIGHT

    _run(story)


def test_a_bomb_does_not_wait_for_the_budget() -> None:
    async def story(images: Images, budget: Budget) -> None:
        await budget.take(TOTAL)
        with pytest.raises(ImageRefused, match="unsupported_type"):
            await images.prepare(b"%PDF-1.7")

    _run(story)


def test_even_small_images_are_decoded_by_four_threads_at_most() -> None:
    async def story() -> None:
        budget = Budget(DECODED_BYTES_AT_ONCE)
        decoding = asyncio.ensure_future(Images(max_side=512, budget=budget).prepare(_large()))
        await _until(lambda: budget.free < DECODED_BYTES_AT_ONCE)
        assert budget.free == DECODED_BYTES_AT_ONCE * 3 // 4
        await decoding

    asyncio.run(story())


def test_cancelling_while_it_waits_gives_the_place_away() -> None:
    async def story(images: Images, budget: Budget) -> None:
        share = await budget.take(TOTAL)
        waiting = asyncio.ensure_future(images.prepare(SAMPLES["PNG"]))
        await asyncio.sleep(0.05)

        waiting.cancel()
        budget.give_back(share)

        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert budget.free == TOTAL

    _run(story)


def test_cancelling_leaves_at_once_and_the_share_stays_until_the_thread_ends() -> None:
    async def story(images: Images, budget: Budget) -> None:
        decoding = asyncio.ensure_future(images.prepare(_large()))
        await _until(lambda: budget.free < TOTAL)

        decoding.cancel()

        with pytest.raises(asyncio.CancelledError):
            await decoding
        assert budget.free < TOTAL
        await _until(lambda: budget.free == TOTAL)

    _run(story)


def test_a_suspect_takes_its_share_before_its_child_starts() -> None:
    async def story(images: Images, budget: Budget) -> None:
        outside = asyncio.ensure_future(images.prepare(SAMPLES["PNG"], suspect=True))
        await _until(lambda: budget.free == 0)
        assert not outside.done()
        await outside

    _run(story)


@pytest.mark.parametrize("form", SAMPLES)
def test_a_suspect_is_prepared_outside_with_the_same_outcome(form: str) -> None:
    async def story(images: Images, budget: Budget) -> None:
        outside = await images.prepare(SAMPLES[form], suspect=True)
        assert outside == prepare(SAMPLES[form], max_side=512)
        assert budget.free == TOTAL

    _run(story)
