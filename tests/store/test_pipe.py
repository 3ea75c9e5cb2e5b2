"""One connection for all verbs: replies in pieces, out of turn, or never."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import exceptions as theirs

from snapthread.errors import SnapthreadError, StoreBusy, StoreDenied, StoreFull
from snapthread.store import Store
from snapthread.store.redis import RedisBackend
from snapthread.store.redis import server as redis_server
from snapthread.store.redis.failures import ours
from snapthread.store.redis.pipe import _first_of
from snapthread.store.rules.rows import has_mark, set_mark
from snapthread.store.schema.processes import MARKS
from snapthread.store.transaction import Transaction
from tests.servers import Server, own_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with own_server(tmp_path) as server:
        yield server


def marked(name: str) -> Any:
    return lambda tx: set_mark(tx, name, 0, wait=None)


# ---------------------------------------------------------------- replies


@pytest.mark.parametrize(
    ("told", "reply"),
    [
        (b"$12\r\n\xc3\xa4\r\n:1\r\n-\xc3\xbc!\r\n", b"\xc3\xa4\r\n:1\r\n-\xc3\xbc!"),
        (b"$0\r\n\r\n", b""),
        (b"$-1\r\n", None),
        (b":-7\r\n", -7),
        (b"+OK\r\n", b"OK"),
        (b"*3\r\n$1\r\na\r\n*0\r\n:2\r\n", [b"a", [], 2]),
    ],
)
def test_a_reply_is_read_once_all_of_it_is_there(told: bytes, reply: Any) -> None:
    unread = bytearray()
    for byte in told:
        assert _first_of(unread) is None
        unread.append(byte)

    assert _first_of(unread + b":1\r\n") == (reply, len(told))


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        ("LOADING Redis is loading the dataset in memory", StoreBusy),
        ("READONLY You can't write against a read only replica.", StoreBusy),
        ("MASTERDOWN Link with MASTER is down", StoreBusy),
        ("BUSY Redis is busy running a script.", StoreBusy),
        ("NOREPLICAS Not enough good replicas to write.", StoreBusy),
        ("OOM command not allowed when used memory > 'maxmemory'.", StoreFull),
        ("MISCONF Errors writing to the AOF file: No space left on device", StoreFull),
        ("NOAUTH Authentication required.", StoreDenied),
        ("NOPERM this user has no permissions", StoreDenied),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", StoreDenied),
    ],
)
def test_a_refusal_says_who_can_mend_it(told: str, failure: type[SnapthreadError]) -> None:
    found = _first_of(bytearray(f"-{told}\r\n".encode()))

    assert found is not None
    assert isinstance(found[0], theirs.RedisError)
    assert type(ours(found[0])) is failure


# ---------------------------------------------------------------- one for all


def test_all_verbs_share_one_connection(server: Server) -> None:
    async def story() -> int:
        store = await Store.open(server.url)
        await asyncio.gather(*(store.backend.write(marked(f"{n}")) for n in range(50)))
        with server.client() as client:
            names = [each["cmd"] for each in client.client_list()]
        await store.close()
        return sum(name == "evalsha" for name in names)

    assert asyncio.run(story()) == 1


def test_whoever_is_cancelled_keeps_the_place_in_the_row(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        pipe = await server_of(store)._pipe(1)
        for steps in range(20):
            asked = [pipe.ask("ECHO", f"{steps} {n}") for n in range(10)]
            for _ in range(steps % 4):
                await asyncio.sleep(0)
            for doomed in asked[steps % 3 :: 3]:
                doomed.cancel()
            replies = await asyncio.gather(*asked, return_exceptions=True)
            told = {n: each for n, each in enumerate(replies) if isinstance(each, bytes)}
            assert told == {n: f"{steps} {n}".encode() for n in told}
            assert len(told) >= 6
        assert pipe.is_open
        await store.close()

    asyncio.run(story())


def test_a_server_that_hangs_fails_whoever_waits_and_is_used_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "ANSWER_S", 0.3)

    async def story() -> None:
        store = await Store.open(server.url)
        await store.backend.write(marked("before"))
        with server.hanging():
            verbs = [store.backend.write(marked(f"{n}")) for n in range(3)]
            failed = await asyncio.wait_for(asyncio.gather(*verbs, return_exceptions=True), 5)
        assert [str(each) for each in failed] == ["the store's server is away: Timeout"] * 3
        assert all(isinstance(each, StoreBusy) for each in failed)
        assert await store.backend.write(marked("after"))
        assert await store.backend.read(lambda tx: has_mark(tx, "before"))
        await store.close()

    asyncio.run(story())


def test_a_connection_that_is_cut_fails_whoever_waits_and_is_made_anew(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        write = store.backend.write
        await write(marked("before"))
        with server.hanging():
            waiting = asyncio.ensure_future(write(marked("cut")))
            await asyncio.sleep(0.05)
            await server_of(store)._leave()
            with pytest.raises(StoreBusy, match="lost"):
                await waiting
        assert await write(marked("after"))
        pipe = server_of(store)._pipes[1]
        with server.client() as client:
            client.client_kill_filter(_type="normal", skipme=True)
        while pipe.is_open:
            await asyncio.sleep(0)
        assert await write(marked("later"))
        await store.close()

    asyncio.run(story())


def test_a_command_that_cannot_be_sent_takes_nobodys_reply(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        pipe = await server_of(store)._pipe(1)
        with pytest.raises(UnicodeEncodeError):
            pipe.ask("ECHO", "\ud800")
        assert await asyncio.wait_for(pipe.ask("ECHO", "next"), 2) == b"next"
        await store.close()

    asyncio.run(story())


def test_who_asks_on_a_lost_connection_is_told_so(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        pipe = await server_of(store)._pipe(1)
        await pipe.close()
        with pytest.raises(theirs.ConnectionError, match="lost"):
            await asyncio.wait_for(pipe.ask("PING"), 2)
        await store.close()

    asyncio.run(story())


def server_of(store: Store) -> redis_server.Server:
    assert isinstance(store.backend, RedisBackend)
    return store.backend._server


# ---------------------------------------------------------------- a rule that never ends


def by_another_name_each_time(tx: Transaction) -> bool:
    return tx.get(MARKS, secrets.token_hex(8)) is None


def test_a_rule_that_reads_by_a_random_key_is_told_so_instead_of_running_for_ever(
    server: Server,
) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        for run in (store.backend.write, store.backend.read):
            with pytest.raises(RuntimeError, match="something else each time"):
                await asyncio.wait_for(run(by_another_name_each_time), 20)
        await store.close()

    asyncio.run(story())


def test_a_rule_may_read_far_more_rows_one_by_one_than_it_may_run_in_vain(server: Server) -> None:
    async def story() -> int:
        store = await Store.open(server.url)
        try:
            return await store.backend.read(
                lambda tx: sum(tx.get(MARKS, f"{n}") is None for n in range(300))
            )
        finally:
            await store.close()

    assert asyncio.run(story()) == 300
