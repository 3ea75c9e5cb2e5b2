"""The thread that a connection belongs to: verbs that wait when it is free are decided together.

A quick verb that finds nobody at work is decided where it was asked for, on the loop; only its
commit, which waits for the disk, is the thread's (decision 0062).
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, Self, TypeVar

from snapthread.store.transaction import Transaction
from snapthread.store.verb import Kind

TOGETHER: Final = 32  # verbs: some ten milliseconds, for which others wait who write

CROWD: Final = 512  # verbs, after one that found two at work: some seconds of a crowd

T = TypeVar("T")
Verb = Callable[[Transaction], Any]
Outcome = tuple[Any, BaseException | None]  # a result, or why there is none
Decide = Callable[[sqlite3.Connection, Sequence[Verb]], Sequence[Outcome]]
Commit = Callable[[sqlite3.Connection], None]
Begun = tuple[Any, Commit | None]  # a result, and the commit that it waits for
# None: others hold the store, and to wait for them is the thread's.
Begin = Callable[[sqlite3.Connection, Verb, Kind], Begun | None]


class Job(NamedTuple):
    """Work on the connection, and who waits for it."""

    work: Callable[..., Any]
    given: tuple[Any, ...]
    waited: asyncio.Future[Any]


class ConnectionThread(Executor):
    """A connection and the thread that uses it.

    An executor, as a loop knows one; its futures are the loop's own, which costs half of what the
    standard ones do. `decide`: runs verbs, each as if it were alone; `begin`: runs one, up to its
    commit.
    """

    def __init__(self, name: str, decide: Decide, begin: Begin) -> None:
        self.db: sqlite3.Connection
        self._decide = decide
        self._begin = begin
        self._at_work = 0  # jobs of which the loop has not heard yet
        self._crowd = 0  # verbs to come that are not decided on the loop
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        # A daemon: what is not committed when the process ends was promised to nobody.
        threading.Thread(target=self._work, name=name, daemon=True).start()

    @classmethod
    async def open(
        cls, name: str, connect: Callable[[], sqlite3.Connection], decide: Decide, begin: Begin
    ) -> Self:
        thread = cls(name, decide, begin)
        try:
            thread.db = await thread.run(connect)
        except BaseException:
            thread.shutdown()
            raise
        return thread

    async def verb(self, verb: Callable[[Transaction], T], kind: Kind) -> T:
        found: T
        is_free = kind.is_quick and self._is_quiet()
        begun = self._begin(self.db, verb, kind) if is_free else None
        if begun is None:
            found = await self._loop.run_in_executor(self, self._alone, verb)
            return found
        found, commit = begun
        if commit is not None:
            await self._loop.run_in_executor(self, self._committed, commit)
        return found

    def _is_quiet(self) -> bool:
        """In a crowd verbs are better decided together, by the thread."""
        if self._at_work > 1:
            self._crowd = CROWD
        elif self._crowd:
            self._crowd -= 1
        return not (self._at_work or self._crowd)

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        """Anything else, in its turn."""
        return await self._loop.run_in_executor(self, work, *given)

    async def close(self) -> None:
        await self.run(self.db.close)
        self.shutdown()

    # ------------------------------------------------------------ as an executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Any:
        """From the loop only, which waits for a future of its own as well."""
        waited = self._loop.create_future()
        self._at_work += 1
        self._jobs.put(Job(fn, args, waited))
        return waited

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """After what was submitted before; nobody waits for it."""
        self._jobs.put(None)

    # ------------------------------------------------------------ in the thread

    def _work(self) -> None:
        is_open = True
        while is_open:
            jobs = self._waiting()
            is_open = jobs[-1] is not None
            for are_verbs, some in groupby(filter(None, jobs), key=self._is_verb):
                self._do(list(some), are_verbs=are_verbs)

    def _waiting(self) -> list[Job | None]:
        """Everything that waits, at least one; None is the end."""
        jobs = [self._jobs.get()]
        with suppress(Empty):
            while jobs[-1] is not None and len(jobs) < TOGETHER:
                jobs.append(self._jobs.get_nowait())
        return jobs

    def _is_verb(self, job: Job) -> bool:
        return job.work == self._alone

    def _do(self, jobs: Sequence[Job], *, are_verbs: bool) -> None:
        wanted = [job for job in jobs if not job.waited.cancelled() or self._is_commit(job)]
        if are_verbs:
            outcomes = self._decide(self.db, [job.given[0] for job in wanted])
        else:
            outcomes = [_outcome(job) for job in wanted]
        told = [(job.waited, outcome) for job, outcome in zip(wanted, outcomes, strict=True)]
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._tell, told, len(jobs))

    def _is_commit(self, job: Job) -> bool:
        """A commit is made, whoever waits for it still: its verb was decided."""
        return job.work == self._committed

    def _committed(self, commit: Commit) -> None:
        commit(self.db)

    def _alone(self, verb: Callable[[Transaction], T]) -> T:
        [(result, error)] = self._decide(self.db, [verb])
        if error is not None:
            raise error
        found: T = result
        return found

    # ------------------------------------------------------------ on the loop again

    def _tell(self, told: Sequence[tuple[asyncio.Future[Any], Outcome]], done: int) -> None:
        self._at_work -= done
        for waited, (result, error) in told:
            if waited.done():
                continue  # who waited was cancelled
            if error is None:
                waited.set_result(result)
            else:
                waited.set_exception(error)


def _outcome(job: Job) -> Outcome:
    try:
        return job.work(*job.given), None
    except BaseException as error:  # noqa: BLE001 - raised where it is waited for
        return None, error
