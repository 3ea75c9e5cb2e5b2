"""Verbs of the SQLite store that wait at the same moment: one transaction, each as if alone."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from snapthread.concurrency.batching import TOGETHER
from snapthread.errors import LeaseLost, StoreBusy, StoreFull
from snapthread.store import Store
from snapthread.store.rules.marks import set_mark
from snapthread.store.schema.processes import MARKS, MarkRow
from snapthread.store.sqlite import SqliteBackend
from snapthread.store.transaction import Transaction
from tests.contracts.builders import open_sqlite
from tests.store.files import held_locked

NAMES: Final = ("one", "two", "three")
TOO_LARGE: Final = "x" * 1_000_000

Statements = list[str]


def marked(name: str) -> Callable[[Transaction], bool]:
    return lambda tx: set_mark(tx, name, 0, wait=None)


def is_marked(tx: Transaction) -> list[str]:
    return [name for name in NAMES if tx.get(MARKS, name) is not None]


def lost(_: Transaction) -> None:
    raise LeaseLost("somebody else has it")


def too_large(tx: Transaction) -> None:
    tx.insert(MarkRow(key=TOO_LARGE))


def backend_of(store: Store) -> SqliteBackend:
    assert isinstance(store.backend, SqliteBackend)
    return store.backend


@contextmanager
def told(backend: SqliteBackend) -> Iterator[Statements]:
    """The statements that the writer runs."""
    statements: Statements = []
    backend._writer.db.set_trace_callback(statements.append)
    yield statements
    backend._writer.db.set_trace_callback(None)


async def while_busy(
    backend: SqliteBackend, wanted: Sequence[Coroutine[Any, Any, Any]]
) -> list[Any]:
    """Outcomes of what all waits when the writer is free."""
    is_free = threading.Event()
    busy = asyncio.create_task(backend._writer.run(is_free.wait))
    waiting = [asyncio.create_task(each) for each in wanted]
    await asyncio.sleep(0.02)
    is_free.set()
    await busy
    return await asyncio.gather(*waiting, return_exceptions=True)


def run(folder: Path, story: Callable[[SqliteBackend], Coroutine[Any, Any, None]]) -> None:
    async def opened() -> None:
        store = await open_sqlite(folder)
        await story(backend_of(store))
        await store.close()

    asyncio.run(opened())


def test_verbs_that_wait_at_the_same_moment_wait_for_the_disk_once(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with told(backend) as statements:
            results = await while_busy(backend, [backend.write(marked(name)) for name in NAMES])

        assert results == [True, True, True]
        assert statements.count("COMMIT") == 1
        assert await backend.read(is_marked) == list(NAMES)

    run(tmp_path, story)


def test_a_verb_sees_what_the_one_before_it_wrote(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        results = await while_busy(backend, [backend.write(marked("one")) for _ in range(3)])

        assert results == [True, False, False]

    run(tmp_path, story)


def test_a_verb_that_fails_takes_nobody_with_it(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        verbs = [marked("one"), lost, marked("two")]
        first, second, third = await while_busy(backend, [backend.write(verb) for verb in verbs])

        assert (first, third) == (True, True)
        assert isinstance(second, LeaseLost)
        assert await backend.read(is_marked) == ["one", "two"]

    run(tmp_path, story)


def test_a_transaction_that_has_no_room_is_tried_again_verb_by_verb(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        pages = backend._writer.db.execute("PRAGMA page_count").fetchone()[0]
        backend._writer.db.execute(f"PRAGMA max_page_count = {pages + 20}")
        verbs = [marked("one"), too_large, marked("two")]
        first, second, third = await while_busy(backend, [backend.write(verb) for verb in verbs])

        assert (first, third) == (True, True)
        assert isinstance(second, StoreFull)
        assert await backend.read(is_marked) == ["one", "two"]

    run(tmp_path, story)


def test_nobody_hears_of_a_write_that_is_not_on_the_disk(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with told(backend) as statements:
            await backend.write(marked("one"))

        settings = [each for each in statements if each.startswith("PRAGMA")]
        assert [each for each in statements if each not in settings][-1] == "COMMIT"

    run(tmp_path, story)


def test_where_the_store_is_locked_nobody_waits_for_longer_than_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapthread.store.sqlite.connections.BUSY_TIMEOUT_S", 0.1)

    async def story(backend: SqliteBackend) -> None:
        with held_locked(tmp_path), told(backend) as statements:
            results = await while_busy(backend, [backend.write(marked(name)) for name in NAMES])

        assert [type(each) for each in results] == [StoreBusy] * 3
        assert statements.count("PRAGMA busy_timeout = 100") == 1

    run(tmp_path, story)


def test_who_is_cancelled_before_his_turn_writes_nothing(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        is_free = threading.Event()
        busy = asyncio.create_task(backend._writer.run(is_free.wait))
        waiting = asyncio.create_task(backend.write(marked("one")))
        await asyncio.sleep(0.02)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        is_free.set()
        await busy

        assert await backend.read(is_marked) == []

    run(tmp_path, story)


def test_reads_that_wait_at_the_same_moment_see_what_was_written_meanwhile(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        is_free = threading.Event()
        busy = asyncio.create_task(backend._reader.run(is_free.wait))
        waiting = [asyncio.create_task(backend.read(is_marked)) for _ in range(2)]
        await backend.write(marked("one"))
        is_free.set()
        await busy

        assert await asyncio.gather(*waiting) == [["one"], ["one"]]

    run(tmp_path, story)


def test_more_than_a_transaction_takes_is_done_in_several(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with told(backend) as statements:
            many = [backend.write(marked(f"{number}")) for number in range(2 * TOGETHER)]
            results = await while_busy(backend, many)

        assert results == [True] * (2 * TOGETHER)
        assert 2 <= statements.count("COMMIT") <= 3

    run(tmp_path, story)
