"""A loop whose clock is virtual: waiting costs no time, and what can never happen is an error.

Time stands still while code runs, also that of `run_in_executor` and `asyncio.to_thread`; when only
timers are left it jumps to the next one. Sockets are not for this loop.
"""

import asyncio
import os
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

START: Final = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
STEPS: Final = (0, 0, 0, 0, 0, 1, 2, 7)  # of the loop, eight, that an effect takes in one instant


class NothingCanHappen(RuntimeError):
    """Everything waits, and nothing is left that could end the waiting."""


class VirtualSelector(selectors.BaseSelector):
    """Looks at the real selector, and moves the clock instead of waiting."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now_s = 0.0
        self.who_waits: Callable[[], str] = str

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingCanHappen(f"No timer is left; waiting: {self.who_waits()}")
        self.now_s += max(timeout, 0.0)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that lives in virtual time, from `start` on."""

    _ready: deque[asyncio.Handle]  # asyncio's own: what runs next,
    _scheduled: list[asyncio.TimerHandle]  # and what waits for its time, the first of it first

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._virtual = VirtualSelector()
        super().__init__(self._virtual)
        self._clock_resolution = 1e-6
        self._virtual.who_waits = lambda: _tasks(self)
        self.dice: random.Random | None = None

    def time(self) -> float:
        return self._virtual.now_s

    def now(self) -> datetime:
        """The aware UTC time of this loop's world."""
        return self._start + timedelta(seconds=self.time())

    def is_busy(self) -> bool:
        """Is there more to do in this instant than what runs?"""
        soon = self.time() + self._clock_resolution
        return bool(self._ready or (self._scheduled and self._scheduled[0].when() <= soon))

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """A thread's work is done here and now, so that it takes no time and its end is no chance.
        Who waits hears of it later, or never."""
        waited: asyncio.Future[T] = self.create_future()
        try:
            tell = partial(waited.set_result, func(*args))
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            tell = partial(waited.set_exception, error)
        self.call_soon(lambda: None if waited.done() else tell())
        return waited


def _tasks(loop: asyncio.AbstractEventLoop) -> str:
    names = sorted(f"{t.get_name()} {t.get_coro()}" for t in asyncio.all_tasks(loop))
    return "; ".join(names) or "nobody"


def run(main: Coroutine[Any, Any, T], *, start: datetime = START) -> T:
    """Runs a coroutine to its end in virtual time; with SHUFFLE=<seed> set, in a shuffled one."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(start)) as runner:
        shuffle(runner.get_loop(), os.environ.get("SHUFFLE"))
        return runner.run(main)


def shuffle(running: asyncio.AbstractEventLoop, seed: int | str | None) -> None:
    """From now on, what happens outside in one instant comes in an order that the seed decides."""
    assert isinstance(running, VirtualLoop)
    running.dice = None if seed is None else random.Random(seed)


async def takes_its_time() -> None:
    """An effect outside comes some steps of the loop later, where the loop is shuffled and anything
    else can happen meanwhile."""
    running = loop()
    steps = STEPS[running.dice.getrandbits(3)] if running.dice else 0
    while steps and running.is_busy():
        steps -= 1
        await asyncio.sleep(0)


def loop() -> VirtualLoop:
    """The virtual loop that runs this code."""
    running = asyncio.get_running_loop()
    assert isinstance(running, VirtualLoop)
    return running


def now() -> datetime:
    """The clock to hand to the product: aware UTC, inside a running virtual loop."""
    return loop().now()


def unix_now() -> float:
    """The clock to hand to the doubles: unix seconds, inside a running virtual loop."""
    return loop().now().timestamp()


def jump(seconds: float) -> None:
    """As if the machine had slept: what was to happen meanwhile happens at once."""
    loop()._virtual.now_s += seconds
