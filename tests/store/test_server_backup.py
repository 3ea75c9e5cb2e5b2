"""The steps of docs/backup.md for Redis and Valkey do bring a store back."""

import asyncio
import shutil
import time
from pathlib import Path

import pytest

from snapthread.model import Installation
from snapthread.store import Store
from tests.servers import Server, own_server, redis_program, valkey_program


@pytest.fixture(params=["valkey", "redis"])
def program(request: pytest.FixtureRequest) -> Path | str:
    return valkey_program() if request.param == "valkey" else redis_program()


def installation(server: Server) -> Installation:
    async def opened() -> Installation:
        store = await Store.open(server.url)
        try:
            return await store.installation()
        finally:
            await store.close()

    return asyncio.run(opened())


def _wait_for_rewrite(server: Server) -> None:
    with server.client() as client:
        client.config_set("appendonly", "yes")
        while client.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.01)


def test_a_snapshot_is_restored_by_the_steps_of_the_page(
    program: Path | str, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with own_server(first, program=program) as server:
        known = installation(server)
        with server.client() as client:
            client.save()
    shutil.copy(first / "dump.rdb", second / "dump.rdb")

    with own_server(second, "--appendonly", "no", program=program) as server:
        _wait_for_rewrite(server)
        assert installation(server) == known
    with own_server(second, program=program) as server:  # as it always runs
        assert installation(server) == known
