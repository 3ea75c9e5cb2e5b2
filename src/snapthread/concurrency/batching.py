"""A thread for what belongs to one thread alone: what waits at one moment is done together."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeVar

TOGETHER: Final = 32  # what is short: some ten milliseconds, for which others wait

T = TypeVar("T")
CallResult = tuple[Any, BaseException | None]  # a result, or why there is none


class QueuedCall(NamedTuple):
    """A call for the thread, and who waits for it."""

    work: Callable[..., Any]
    given: tuple[Any, ...]
    waited: asyncio.Future[Any]


class BatchingThread(Executor):
    """An executor, as a loop knows one; its futures are the loop's own, which costs half of what
    the standard ones do. `decide`: does several pieces, each as if it were alone."""

    def __init__(self, name: str, decide: Callable[[Sequence[Any]], Sequence[CallResult]]) -> None:
        self.at_work = 0  # calls of which the loop has not heard yet
        self._decide = decide
        self._loop = asyncio.get_running_loop()
        self._calls: SimpleQueue[QueuedCall | None] = SimpleQueue()
        # A daemon: what is not done when the process ends was promised to nobody.
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def batch(self, piece: Any) -> Any:
        """Done together with what else waits when the thread is free."""
        return await self._loop.run_in_executor(self, self._alone, piece)

    async def run(self, work: Callable[[], T]) -> T:
        """Anything else, in its turn, whoever waits for it still."""
        return await self._loop.run_in_executor(self, work)

    # ------------------------------------------------------------ as an executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Any:
        """From the loop only, which waits for a future of its own as well."""
        waited = self._loop.create_future()
        self.at_work += 1
        self._calls.put(QueuedCall(fn, args, waited))
        return waited

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """After what was submitted before; nobody waits for it."""
        self._calls.put(None)

    # ------------------------------------------------------------ in the thread

    def _work(self) -> None:
        is_open = True
        while is_open:
            calls = self._waiting()
            is_open = calls[-1] is not None
            for are_pieces, some in groupby(filter(None, calls), key=self._is_piece):
                self._do(list(some), are_pieces=are_pieces)

    def _waiting(self) -> list[QueuedCall | None]:
        """Everything that waits, at least one; None is the end."""
        calls = [self._calls.get()]
        with suppress(Empty):
            while calls[-1] is not None and len(calls) < TOGETHER:
                calls.append(self._calls.get_nowait())
        return calls

    def _is_piece(self, call: QueuedCall) -> bool:
        return call.work == self._alone

    def _do(self, calls: Sequence[QueuedCall], *, are_pieces: bool) -> None:
        wanted = [call for call in calls if not (are_pieces and call.waited.cancelled())]
        if are_pieces:
            results = self._decide([call.given[0] for call in wanted])
        else:
            results = [result_of(call.work) for call in wanted]
        told = [(call.waited, result) for call, result in zip(wanted, results, strict=True)]
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._tell, told, len(calls))

    def _alone(self, piece: Any) -> Any:
        [(result, error)] = self._decide([piece])
        if error is not None:
            raise error
        return result

    # ------------------------------------------------------------ on the loop again

    def _tell(self, told: Sequence[tuple[asyncio.Future[Any], CallResult]], done: int) -> None:
        self.at_work -= done
        for waited, (result, error) in told:
            if waited.done():
                continue  # who waited was cancelled
            if error is None:
                waited.set_result(result)
            else:
                waited.set_exception(error)


def result_of(work: Callable[[], Any]) -> CallResult:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001 - raised where it is waited for
        return None, error
