"""Edges that die with their process: what a killed process does not do any more, nobody does.

A kill is ordered at an outside effect: before it, after it with the reply lost, or after it. From
that instant every call of the dead process waits for ever, so that no clean-up of it can help.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from tests import virtual

Moment = Literal["before", "reply lost", "after"]


@dataclass(slots=True)
class Life:
    """One life of a process."""

    died: asyncio.Event = field(default_factory=asyncio.Event)
    orders: dict[str, tuple[Moment, int]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)

    def fail_at(self, call: str, error: Exception, *, times: int = 1) -> None:
        """Raise this, so often, and do nothing; a store that is away, for example."""
        self.failures[call] = [error] * times

    def kill_at(self, call: str, moment: Moment, *, nth: int = 1) -> None:
        """Die at the nth call from now, named "edge.method"."""
        self.orders[call] = (moment, nth)

    def kill(self) -> None:
        self.died.set()

    async def live_or_hang(self) -> None:
        await virtual.takes_its_time()
        if self.died.is_set():
            await asyncio.Event().wait()

    def _is_due(self, call: str) -> Moment | None:
        if call not in self.orders:
            return None
        moment, left = self.orders[call]
        self.orders[call] = (moment, left - 1)
        return moment if left == 1 else None

    async def around(self, call: str, effect: Callable[[], Any]) -> Any:
        await self.live_or_hang()
        self.calls.append(call)
        moment = self._is_due(call)
        if moment == "before":
            self.kill()
            await self.live_or_hang()
        if failures := self.failures.get(call):
            raise failures.pop()
        result = await effect()
        if moment == "reply lost":
            self.kill()
        await self.live_or_hang()
        if moment == "after":
            asyncio.get_running_loop().call_soon(self.kill)
        return result

    async def stream(
        self, call: str, effect: Callable[[], AsyncGenerator[Any, None]]
    ) -> AsyncGenerator[Any, None]:
        await self.live_or_hang()
        self.calls.append(call)
        moment = self._is_due(call)
        if moment == "before":
            self.kill()
            await self.live_or_hang()
        try:
            async with aclosing(effect()) as stream:
                async for each in stream:
                    if moment == "reply lost":
                        self.kill()
                    await self.live_or_hang()
                    yield each
        finally:  # who has heard enough closes the stream
            if moment == "after":
                asyncio.get_running_loop().call_soon(self.kill)


async def bury(process: asyncio.Task[None]) -> None:
    """End the tasks of a dead process; what one wants to clean up hangs, and is ended too."""
    while not process.done():
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait({process}, timeout=0.001)
    with suppress(BaseException):
        process.result()
    await asyncio.sleep(0)


class Mortal:
    """An edge of a process that can be killed."""

    def __init__(self, name: str, edge: object, life: Life) -> None:
        self._name = name
        self._edge = edge
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._edge, name)
        if not callable(method):
            return method
        self.__dict__[name] = made = self._mortal(f"{self._name}.{name}", method)
        return made

    def _mortal(self, call: str, method: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isasyncgenfunction(method):
            return lambda *args, **kw: self._life.stream(call, lambda: method(*args, **kw))
        if inspect.iscoroutinefunction(method):
            return lambda *args, **kw: self._life.around(call, lambda: method(*args, **kw))
        return method  # nothing outside happens
