"""A bot of the first generation is taken over from a real server: nothing is written there."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from typer.testing import CliRunner, Result

from snapthread.cli import cli
from snapthread.clock import utc_now
from snapthread.commands.legacy_import import ImportResult, LegacyImport
from snapthread.errors import StoreBusy, StoreDenied
from snapthread.store import Store
from snapthread.store.first_generation import OldFiles, old_files
from snapthread.texts import Texts
from tests.contracts.builders import user_files
from tests.servers import Server, own_server

ADA, BOB = 1001, 1002
Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in this process, whose folder it is."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(cli, list(words))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_server(tmp_path_factory.mktemp("old")) as server:
        yield server


@pytest.fixture
def old(server: Server) -> Iterator[Any]:
    """The first generation's Redis, with two users."""
    with server.client() as client:
        client.flushall()
        client.sadd(f"user_files:{ADA}", "file-a1", "file-a2")
        client.sadd(f"user_files:{BOB}", "file-b1")
        client.set(f"user_thread:{ADA}", "thread_abc")
        yield client


async def adopt(store: Store, url: str) -> ImportResult:
    legacy_import = LegacyImport(
        store=store, texts=Texts.load(), clock=utc_now, language="en", retention_days=30
    )
    async with old_files(url) as found:
        return await legacy_import.run(found)


def into_sqlite(
    folder: Path, server: Server, times: int = 1
) -> tuple[list[ImportResult], set[str]]:
    """Counts that each run took over, and Ada's files at the end."""

    async def told() -> tuple[list[ImportResult], set[str]]:
        store = await Store.open(folder / "bot.db")
        try:
            runs = [await adopt(store, server.url) for _ in range(times)]
            return runs, set(await user_files(store, ADA))
        finally:
            await store.close()

    return asyncio.run(told())


def contents(client: "redis.Redis") -> dict[str, object]:
    return {str(key): client.dump(str(key)) for key in client.scan_iter()}


def test_the_sets_become_files_of_the_ledger(tmp_path: Path, server: Server, old: Any) -> None:
    (adopted,), files = into_sqlite(tmp_path, server)
    assert adopted == ImportResult(users=2, files_adopted=3)
    assert files == {"file-a1", "file-a2"}


def test_again_it_takes_over_nothing(tmp_path: Path, server: Server, old: Any) -> None:
    runs, _ = into_sqlite(tmp_path, server, times=2)
    assert runs[1] == ImportResult(users=2, files_known=3)


def test_nothing_is_written_where_they_come_from(
    tmp_path: Path, server: Server, old: "redis.Redis"
) -> None:
    raw = redis.Redis(port=server.port)
    before = contents(raw)
    old.config_resetstat()
    into_sqlite(tmp_path, server)
    commands = {str(name) for name in old.info("commandstats")}
    assert contents(raw) == before
    raw.close()
    known = {"cmdstat_scan", "cmdstat_smembers", "cmdstat_client|setinfo", "cmdstat_select"}
    assert {name.lower() for name in commands} <= known | {
        "cmdstat_config|resetstat",
        "cmdstat_info",
        "cmdstat_dump",
    }


def test_what_is_none_of_the_first_generations_is_skipped(
    tmp_path: Path, server: Server, old: "redis.Redis"
) -> None:
    old.set("user_files:7", "no set")
    old.sadd("user_files:me", "file-x")
    old.sadd("user_files:", "file-x")
    old.sadd(f"user_files:{ADA}", "../etc", "", "file a", b"\xff\xfe")
    (adopted,), files = into_sqlite(tmp_path, server)
    assert adopted == ImportResult(users=2, files_adopted=3, skipped=7)
    assert files == {"file-a1", "file-a2"}


def test_who_was_cut_off_goes_on(tmp_path: Path, server: Server, old: Any) -> None:
    async def cut(found: AsyncGenerator[OldFiles, None]) -> AsyncGenerator[OldFiles, None]:
        yield await anext(found)
        raise StoreBusy("the old server went away")

    async def told() -> None:
        store = await Store.open(tmp_path / "bot.db")
        legacy_import = LegacyImport(
            store=store, texts=Texts.load(), clock=utc_now, language="en", retention_days=30
        )
        async with old_files(server.url) as found:
            with pytest.raises(StoreBusy):
                await legacy_import.run(cut(found))
        await store.close()

    asyncio.run(told())
    (adopted,), _ = into_sqlite(tmp_path, server)
    assert adopted.files_adopted + adopted.files_known == 3
    assert adopted.files_known > 0


def test_the_same_server_may_become_the_store(server: Server, old: "redis.Redis") -> None:
    async def told() -> None:
        store = await Store.open(server.url)
        adopted = await adopt(store, server.url)
        assert adopted == ImportResult(users=2, files_adopted=3)
        assert await user_files(store, ADA) == {"file-a1", "file-a2"}
        await store.close()

    asyncio.run(told())
    assert old.smembers(f"user_files:{ADA}") == {"file-a1", "file-a2"}


@pytest.mark.parametrize("url", ["http://h", "redis://h:port", "redis://h?no_such_option=1", "x"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    async def told() -> None:
        async with old_files(url):
            pass

    with pytest.raises(StoreDenied, match="--redis"):
        asyncio.run(told())


def test_an_address_that_is_none_of_a_server_was_no_wrong_use(here: Run) -> None:
    done = here("adopt", "--redis", "http://user:s3cret@host")
    assert done.exit_code == 2
    assert "--redis takes an address" in done.stderr
    assert "s3cret" not in done.stderr


async def made(path: Path) -> None:
    """A store, as the bot makes it at its first start."""
    store = await Store.open(path)
    await store.close()


def test_adopting_without_a_store_says_where_it_looked(
    tmp_path: Path, here: Run, server: Server
) -> None:
    done = here("adopt", "--redis", server.url)

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "there is no store at data/snapthread.db" in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_command_prints_what_it_took_over(
    tmp_path: Path, here: Run, server: Server, old: Any
) -> None:
    asyncio.run(made(tmp_path / "data" / "snapthread.db"))
    done = snapthread(tmp_path, "adopt", "--redis", server.url, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "users": 2,
        "files_adopted": 3,
        "files_known": 0,
        "skipped": 0,
    }
    waiting = here("inbox", "--json")
    assert json.loads(waiting.stdout) == {"waiting": []}


def test_an_old_server_that_is_away_is_a_sentence(tmp_path: Path, here: Run) -> None:
    asyncio.run(made(tmp_path / "data" / "snapthread.db"))
    done = here("adopt", "--redis", "redis://user:s3cret@127.0.0.1:1/0")
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("snapthread: the server of --redis is away: ")
    assert "s3cret" not in done.stderr


def snapthread(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "snapthread", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
