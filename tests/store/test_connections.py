"""The connections of the store: shared by its verbs, broken, silent, or cut."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from snapthread.errors import StoreBusy
from snapthread.store import Store
from snapthread.store.redis.server import address
from snapthread.store.redis.server import server as redis_server
from snapthread.store.rules.marks import has_mark, set_mark
from snapthread.store.schema.processes import MARKS
from snapthread.store.transaction import Transaction
from tests.servers import Server, own_server

MOST: Final = address.VERBS_AT_ONCE + address.IMAGES_AT_ONCE


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with own_server(tmp_path) as server:
        yield server


def marked(name: str) -> Any:
    return lambda tx: set_mark(tx, name, 0, wait=None)


def connections(server: Server) -> int:
    with server.client() as client:
        return len(client.client_list()) - 1  # and this one


def test_many_verbs_at_once_share_a_few_connections(server: Server) -> None:
    async def story() -> int:
        store = await Store.open(server.url)
        await asyncio.gather(*(store.backend.write(marked(f"{n}")) for n in range(200)))
        shared = connections(server)
        await store.close()
        return shared

    assert asyncio.run(story()) <= MOST


def test_an_address_may_allow_fewer_connections_than_there_are(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(f"{server.url}?max_connections=1&socket_timeout=1")
        await asyncio.gather(*(store.backend.write(marked(f"{n}")) for n in range(20)))
        await store.close()

    asyncio.run(story())


def test_whoever_is_cancelled_leaves_its_reply_to_nobody(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        there = redis_server.Server(server.url)
        for steps in range(20):
            echoes = [there.ask("ECHO", f"{steps} {n}") for n in range(40)]
            asked = [asyncio.ensure_future(each) for each in echoes]
            for _ in range(steps * 2):
                await asyncio.sleep(0)
            for doomed in asked[steps % 3 :: 3]:
                doomed.cancel()
            replies = await asyncio.gather(*asked, return_exceptions=True)
            told = {n: each for n, each in enumerate(replies) if isinstance(each, str)}
            assert told == {n: f"{steps} {n}" for n in told}
            assert len(told) >= 26
        assert connections(server) <= 2 * MOST
        await there.close()
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
            verbs = [store.backend.write(marked(f"{n}")) for n in range(40)]
            failed = await asyncio.wait_for(asyncio.gather(*verbs, return_exceptions=True), 5)
        assert [str(each) for each in failed] == ["the store's server is away: Timeout"] * 40
        assert all(isinstance(each, StoreBusy) for each in failed)
        assert await store.backend.write(marked("after"))
        assert await store.backend.read(lambda tx: has_mark(tx, "before"))
        await store.close()

    asyncio.run(story())


def test_an_image_that_took_longer_than_a_verb_may_was_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "ANSWER_S", 0.2)

    async def story() -> None:
        there = redis_server.Server(server.url)
        with server.hanging():
            image = asyncio.ensure_future(there.ask("ECHO", "an image", is_image=True))
            with pytest.raises(StoreBusy):
                await there.ask("ECHO", "a text")
            await asyncio.sleep(0.1)
        assert await image == "an image"
        await there.close()

    asyncio.run(story())


def test_a_connection_that_is_cut_fails_whoever_waits_and_is_made_anew(server: Server) -> None:
    async def story() -> None:
        store = await Store.open(server.url)
        write = store.backend.write
        await write(marked("before"))
        with server.hanging():
            waiting = asyncio.ensure_future(write(marked("cut")))
            await asyncio.sleep(0.05)
            await store.close()
            with pytest.raises(StoreBusy, match="away"):
                await waiting
        assert await write(marked("after"))
        with server.client() as client:
            client.client_kill_filter(_type="normal", skipme=True)
        while connections(server):
            await asyncio.sleep(0)
        for _ in range(3):  # it is seen here
            await asyncio.sleep(0)
        assert await write(marked("later"))
        await store.close()

    asyncio.run(story())


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
