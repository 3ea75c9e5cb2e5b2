"""A process that is killed while it brings a Redis store to this version: the next one goes on."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, Final

import pytest

from snapthread.store import Store
from snapthread.store.redis.migration import LEASE_KEY, bring_to_version
from snapthread.store.redis.names import PREFIX
from snapthread.store.redis.server.server import Server as StoreServer
from tests.servers import Server, own_server, valkey_program
from tests.store.test_older_stores import filled

WRITES: Final = {"set", "delete", "pexpire"}


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Fate:
    """When a process dies: at its so many-th write, before it or after it."""

    def __init__(self, at: int | None = None, *, is_after: bool = False) -> None:
        self.at = at
        self.is_after = is_after
        self.writes = 0

    async def meet(self, write: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        number, self.writes = self.writes, self.writes + 1
        if number == self.at and not self.is_after:
            raise Killed
        reply = await write()
        if number == self.at:
            raise Killed
        return reply


class MortalClient:
    """The client, whose writes meet their fate."""

    def __init__(self, client: Any, fate: Fate) -> None:
        self._client = client
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in WRITES:
            return call

        async def write(*args: Any, **kw: Any) -> Any:
            return await self._fate.meet(lambda: call(*args, **kw))

        return write


class MortalServer(StoreServer):
    """A server as a process that will be killed sees it."""

    def __init__(self, url: str, fate: Fate) -> None:
        super().__init__(url)
        self._fate = fate
        self.client = MortalClient(self.client, fate)

    async def run(self, what: str, steps: Sequence[Any]) -> list[Any]:
        if what != "commit":
            return await super().run(what, steps)
        replies: list[Any] = await self._fate.meet(lambda: StoreServer.run(self, what, steps))
        return replies


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_server(tmp_path_factory.mktemp("valkey"), program=valkey_program()) as started:
        yield started


def migrate(server: Server, fate: Fate) -> None:
    """From version 1; raises Killed."""
    with server.client() as client:
        client.flushdb()
        with client.pipeline() as pipeline:
            filled(pipeline)
            pipeline.execute()

    async def run() -> None:
        mortal = MortalServer(server.url, fate)
        try:
            await bring_to_version(mortal)
        finally:
            await mortal.close()

    asyncio.run(run())


def go_on(server: Server) -> None:
    """As the next process does, once the dead one's lease is over."""
    with server.client() as client:
        client.delete(LEASE_KEY)

    async def opened() -> None:
        await (await Store.open(server.url)).close()

    asyncio.run(opened())


def contents(server: Server) -> dict[str, Any]:
    """Every key with its value, but for the marks of a commit, which are made up each time."""
    readers: dict[str, Callable[[Any, str], Any]] = {
        "string": lambda client, key: client.get(key),
        "hash": lambda client, key: client.hgetall(key),
        "set": lambda client, key: client.smembers(key),
        "zset": lambda client, key: client.zrange(key, 0, -1, withscores=True),
    }
    with server.client() as client, client.pipeline(transaction=False) as pipeline:
        keys = sorted(key for key in client.scan_iter() if not key.startswith(f"{PREFIX}scope:"))
        for key in keys:
            pipeline.type(key)
        for key, kind in zip(keys, pipeline.execute(), strict=True):
            readers[kind](pipeline, key)
        values = zip(keys, pipeline.execute(), strict=True)
        return {k: sorted(value) if isinstance(value, set) else value for k, value in values}


@pytest.fixture(scope="module")
def whole(server: Server) -> tuple[int, dict[str, Any]]:
    """The writes of a migration that nobody disturbs, and what it leaves."""
    fate = Fate()
    migrate(server, fate)
    go_on(server)
    return fate.writes, contents(server)


def test_a_migration_that_is_killed_at_any_write_is_finished_by_the_next_process(
    server: Server, whole: tuple[int, dict[str, Any]]
) -> None:
    writes, wanted = whole
    assert writes > 40
    for at in range(writes):  # before the next one is the same to the store
        with pytest.raises(Killed):
            migrate(server, Fate(at, is_after=True))

        go_on(server)

        assert contents(server) == wanted, f"killed after write {at}"


def test_a_migration_that_is_killed_twice_is_finished_too(
    server: Server, whole: tuple[int, dict[str, Any]]
) -> None:
    writes, wanted = whole
    with pytest.raises(Killed):
        migrate(server, Fate(writes // 3, is_after=True))

    async def killed_again() -> None:
        with server.client() as client:
            client.delete(LEASE_KEY)
        mortal = MortalServer(server.url, Fate(writes // 3))
        try:
            await bring_to_version(mortal)
        finally:
            await mortal.close()

    with pytest.raises(Killed):
        asyncio.run(killed_again())
    go_on(server)

    assert contents(server) == wanted
