"""The Redis or Valkey server behind the store: reached, examined, and told what to run."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final, TypeVar

import structlog
from pydantic_core import to_json
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError

from snapthread.errors import StoreBusy, StoreDenied, StoreFull
from snapthread.store.redis.names import VERSION_KEY
from snapthread.store.redis.server.address import (
    IMAGES_AT_ONCE,
    VERBS_AT_ONCE,
    make_client,
    read_address,
)
from snapthread.store.redis.server.checks import problems
from snapthread.store.redis.server.failures import ours
from snapthread.store.transaction import OutdatedError

log = structlog.get_logger()
T = TypeVar("T")

ANSWER_S: Final = 5.0  # a verb takes a millisecond; a script that takes 5 s is BUSY to all
IMAGE_S: Final = 30.0  # some megabytes, maybe over a slow line
WAIT_MS: Final = 2000  # for replicas to have it too


class Server:
    """The server's client and our script. Raises our own failures only."""

    def __init__(self, url: str) -> None:
        url, self._replicas = read_address(url)
        self._verbs = asyncio.Semaphore(VERBS_AT_ONCE)
        self._images = asyncio.Semaphore(IMAGES_AT_ONCE)
        # What finds nothing to write rests on what others, or another try, have written, maybe to
        # too few; WAIT tells only of what its connection wrote: nothing at the end of a text.
        self.nothing = [["call", "APPEND", VERSION_KEY, ""]] if self._replicas else []
        self.client = make_client(url)
        self._script = (files("snapthread.store.redis") / "store.lua").read_text("utf-8")
        self._hash = sha1(self._script.encode(), usedforsecurity=False).hexdigest()

    async def close(self) -> None:
        await self._leave()

    async def run(self, what: str, steps: Sequence[Any]) -> list[Any]:
        """The script's replies to "read" or "commit"; raises OutdatedError where a guard among its
        steps does not hold."""
        say = self._copied if self._replicas and what == "commit" else self.client.execute_command
        command = "EVALSHA", self._hash, 0, what, to_json(steps)

        async def run() -> Any:
            try:
                return await say(*command)
            except NoScriptError:  # a server that was started anew: nothing was done
                await self.client.script_load(self._script)
                return await say(*command)

        reply = await self._asked(self._verbs, run, ANSWER_S)
        if reply is None:
            raise OutdatedError
        replies: list[Any] = json.loads(reply)
        return replies

    async def ask(self, *command: str | bytes | int, is_image: bool = False, **options: Any) -> Any:
        """Run a plain command; its reply as redis-py reads it."""
        turns, within_s = (self._images, IMAGE_S) if is_image else (self._verbs, ANSWER_S)
        return await self._asked(
            turns, lambda: self.client.execute_command(*command, **options), within_s
        )

    @asynccontextmanager
    async def our_errors(self) -> AsyncIterator[None]:
        """Failures of the client or the server, in our words."""
        try:
            yield
        except RedisError as error:
            if isinstance(error, ReadOnlyError):  # the address leads to another server by now
                await self._leave()
            raise ours(error) from error

    async def _leave(self) -> None:
        with suppress(RedisError):  # of a connection that does not close in time
            await self.client.connection_pool.disconnect()

    async def _asked(
        self, turns: asyncio.Semaphore, ask: Callable[[], Awaitable[T]], within_s: float
    ) -> T:
        """Ask on a connection of its own, which is closed where the asker is cancelled
        meanwhile."""
        try:
            async with self.our_errors(), asyncio.timeout(within_s), turns:
                return await ask()
        except TimeoutError:
            raise StoreBusy("the store's server is away: Timeout") from None

    async def _copied(self, *write: str | bytes | int) -> Any:
        """Write, and wait until the replicas have it too; the reply to the write."""
        async with self.client.pipeline(transaction=False) as both:
            both.execute_command(*write)
            both.execute_command("WAIT", self._replicas, WAIT_MS)
            done, copies = await both.execute(raise_on_error=False)
        for reply in (done, copies):
            if isinstance(reply, RedisError):
                raise reply
        if copies < self._replicas:
            raise StoreBusy(f"{copies} of {self._replicas} replicas have it in time")
        return done

    # ------------------------------------------------------------ is it fit to be our store?

    async def check(self) -> None:
        """Check that it is there and takes writes; writes nothing."""
        async with self.our_errors():
            info = await self.ask("INFO")
            if info.get("role") == "slave":
                raise ReadOnlyError("You can't write against a read only replica.")
            if info.get("aof_last_write_status", "ok") != "ok":
                raise StoreFull("the store's server cannot save: aof_last_write_status is not ok")
            if 0 < info.get("maxmemory", 0) <= info.get("used_memory", 0):
                raise StoreFull("the store's server is at its maxmemory: give it more memory")

    async def examine(self) -> None:
        """Raises StoreDenied with what the operator is to do, StoreBusy where it is away."""
        for problem in problems(await self.ask("INFO")):
            raise StoreDenied(problem)
        if await self._may_forget():
            log.warning(
                "store.may_forget",
                why="appendfsync is not always: a power cut can lose what was acknowledged;"
                " set appendfsync always",
            )

    async def _may_forget(self) -> bool:
        try:
            told = await self.ask("CONFIG GET", "appendfsync")
        except StoreDenied:  # a managed service, or an ACL: then nobody can tell
            return False
        return bool(told.get("appendfsync", "always") != "always")
