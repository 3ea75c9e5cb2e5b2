"""The Redis or Valkey server behind the store: reached, examined, and told what to run."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError

from snapthread.errors import StoreBusy, StoreDenied, StoreFull
from snapthread.store.redis.checks import Info, info_of, problems
from snapthread.store.redis.failures import ours
from snapthread.store.redis.names import VERSION_KEY
from snapthread.store.redis.pipe import Pipe

log = structlog.get_logger()

CONNECT_S: Final = 2.0
ANSWER_S: Final = 5.0  # a verb takes a millisecond; a script that takes 5 s is BUSY to all
WAIT_MS: Final = 2000  # for replicas to have it too
WAITING: Final = 16  # connections for verbs, where each waits for the replicas
ASIDE: Final = 0  # the connection of what is no verb: images are large
SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss"}


def load_script() -> str:
    """One script, named by its own hash: versions of it live side by side."""
    return (files("snapthread.store.redis") / "store.lua").read_text("utf-8")


class Server:
    """Runs verbs of the script, each atomic. Raises our own failures only."""

    def __init__(self, url: str) -> None:
        url, self._replicas = _read(url)
        self._pipes: dict[int, Pipe] = {}
        self._turns = itertools.cycle(range(1, 1 + (WAITING if self._replicas else 1)))
        self._opening = asyncio.Lock()
        try:
            self.client = Redis.from_url(  # which the migration needs; else it makes connections
                url,
                socket_connect_timeout=CONNECT_S,
                socket_timeout=None,  # ours is in the pipe: in Python 3.11 theirs can lose a cancel
                socket_keepalive=True,
                decode_responses=True,
                protocol=2,
                driver_info=None,  # it would search the installed packages at each start
                retry=Retry(NoBackoff(), 0),  # a verb whose reply was lost may have been done
            )
            self._connection()  # connects to nothing, but refuses an option that it does not know
        except (ValueError, TypeError):
            raise StoreDenied("STORE_URL has an option or a number that cannot be used") from None
        self._script = load_script()
        self._hash = sha1(self._script.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Raises StoreBusy where it is away, StoreDenied where it cannot be our store."""
        server = cls(url)
        try:
            await server.examine()
        except BaseException:
            await server.close()
            raise
        return server

    async def close(self) -> None:
        await self._leave()
        await self.client.aclose()

    async def run(self, what: str, steps: bytes) -> Any:
        """The script's reply to "read" or "commit"."""
        async with self.our_errors():
            pipe = await self._pipe(next(self._turns))
            try:
                return await self._run(pipe, what, steps)
            except NoScriptError:  # a server that was started anew: nothing was done
                await pipe.ask("SCRIPT", "LOAD", self._script)
                return await self._run(pipe, what, steps)

    async def settle(self) -> None:
        """Until the replicas have all that is there now. What another try has written, here or
        elsewhere, may have reached too few; WAIT tells only of what its connection wrote, so that
        writes nothing at the end of a text."""
        if self._replicas:
            async with self.our_errors():
                pipe = await self._pipe(next(self._turns))
                await self._copied(pipe, pipe.ask("APPEND", VERSION_KEY, ""))

    async def ask(self, *command: str | bytes | int) -> Any:
        """The reply to what is no verb; texts are bytes."""
        async with self.our_errors():
            return await (await self._pipe(ASIDE)).ask(*command)

    @asynccontextmanager
    async def our_errors(self) -> AsyncIterator[None]:
        """Failures of the client or the server, in our words."""
        try:
            yield
        except RedisError as error:
            if isinstance(error, ReadOnlyError):  # the address leads to another server by now
                await self._leave()
            raise ours(error) from error

    # ------------------------------------------------------------ connections

    async def _run(self, pipe: Pipe, what: str, steps: bytes) -> Any:
        reply = pipe.ask("EVALSHA", self._hash, 0, what, steps)
        if not self._replicas or what != "commit":
            return await reply
        return await self._copied(pipe, reply)

    async def _copied(self, pipe: Pipe, reply: Awaitable[Any]) -> Any:
        """The reply to a write, once the replicas have it too."""
        waited = pipe.ask("WAIT", self._replicas, WAIT_MS)
        answers: Any = await asyncio.gather(reply, waited, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, RedisError):
                raise answer
        done, copies = answers
        if copies < self._replicas:
            raise StoreBusy(f"{copies} of {self._replicas} replicas have it in time")
        return done

    async def _pipe(self, number: int) -> Pipe:
        """One of them; made where it is not there, or was lost."""
        pipe = self._pipes.get(number)
        if pipe is not None and pipe.is_open:
            return pipe
        try:
            async with asyncio.timeout(ANSWER_S), self._opening:
                pipe = self._pipes.get(number)
                if pipe is None or not pipe.is_open:
                    pipe = await Pipe.open(self._connection(), answer_s=ANSWER_S)
                    self._pipes[number] = pipe
                return pipe
        except TimeoutError:
            raise StoreBusy("the store's server is away: Timeout") from None

    def _connection(self) -> Any:
        return self.client.connection_pool.make_connection()  # type: ignore[no-untyped-call]

    async def _leave(self) -> None:
        for pipe in list(self._pipes.values()):
            await pipe.close()

    # ------------------------------------------------------------ is it fit to be our store?

    async def check(self) -> None:
        """Is it there, and does it take writes? Writes nothing."""
        async with self.our_errors():
            info = await self._info()
            if info.get("role") == "slave":
                raise ReadOnlyError("You can't write against a read only replica.")
            if info.get("aof_last_write_status", "ok") != "ok":
                raise StoreFull("the store's server cannot save: aof_last_write_status is not ok")
            if 0 < int(info.get("maxmemory", 0)) <= int(info.get("used_memory", 0)):
                raise StoreFull("the store's server is at its maxmemory: give it more memory")

    async def examine(self) -> None:
        """Raises StoreDenied with what the operator is to do, StoreBusy where it is away."""
        for problem in problems(await self._info()):
            raise StoreDenied(problem)
        if await self._may_forget():
            log.warning(
                "store.may_forget",
                why="appendfsync is not always: a power cut can lose what was acknowledged;"
                " set appendfsync always",
            )

    async def _info(self) -> Info:
        return info_of(await self.ask("INFO"))

    async def _may_forget(self) -> bool:
        try:
            told = await self.ask("CONFIG", "GET", "appendfsync")
        except StoreDenied:  # a managed service, or an ACL: then nobody can tell
            return False
        return bool(told) and told[-1] != b"always"


def _read(url: str) -> tuple[str, int]:
    """The address in redis-py's words, and how many replicas are to have each write."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    replicas = options.pop("wait_replicas", "0")
    if options.get("protocol") in ("2", "3"):
        del options["protocol"]  # no reply differs, and a pipe speaks 2
    if not replicas.isdecimal():
        raise StoreDenied("wait_replicas in STORE_URL must be a number of replicas")
    scheme = SCHEMES.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, query=urlencode(options)).geturl(), int(replicas)
