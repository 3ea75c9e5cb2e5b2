"""Quick verbs of the SQLite store: decided on the loop where nobody is at work, else in turn."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from snapthread.errors import LeaseLost, StoreBusy, StoreFull
from snapthread.store.rules.marks import set_mark
from snapthread.store.schema.processes import MARKS
from snapthread.store.sqlite import SqliteBackend
from snapthread.store.sqlite.thread import CROWD
from snapthread.store.transaction import Transaction
from snapthread.store.verb import Kind
from tests.store.files import file_of, held_locked
from tests.store.test_together import is_marked, lost, marked, run, told, too_large

QUICK: Final = Kind(is_quick=True)
LAGGING: Final = Kind(is_quick=True, may_lag=True)


def noting_where(threads: list[str], name: str) -> Callable[[Transaction], Any]:
    """A verb that notes the thread in which it is decided."""

    def verb(tx: Transaction) -> bool:
        threads.append(threading.current_thread().name)
        return set_mark(tx, name, 0, wait=None)

    return verb


def on_the_disk(folder: Path) -> list[str]:
    """The marks as another process sees them."""
    db = sqlite3.connect(file_of(folder))
    names = [name for (name,) in db.execute("SELECT key FROM once_keys ORDER BY key")]
    db.close()
    return names


def test_a_quick_verb_that_finds_nobody_at_work_is_decided_on_the_loop(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        threads: list[str] = []
        await backend.write(noting_where(threads, "one"), QUICK)
        await backend.write(noting_where(threads, "two"))

        assert threads == ["MainThread", "store"]
        assert on_the_disk(tmp_path) == ["one", "two"]

    run(tmp_path, story)


def test_who_comes_while_the_disk_is_waited_for_takes_his_turn(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        threads: list[str] = []
        names = ("one", "two", "three")
        wanted = [backend.write(noting_where(threads, name), QUICK) for name in names]

        assert await asyncio.gather(*wanted) == [True] * 3
        assert threads == ["MainThread", "store", "store"]

    run(tmp_path, story)


def test_in_a_crowd_verbs_are_left_to_the_thread_which_decides_them_together(
    tmp_path: Path,
) -> None:
    async def story(backend: SqliteBackend) -> None:
        threads: list[str] = []
        await asyncio.gather(*[backend.write(marked(name), QUICK) for name in ("a", "b", "c")])
        for number in range(CROWD):
            await backend.write(noting_where(threads, f"{number}"), QUICK)

        assert threads == ["store"] * (CROWD - 1) + ["MainThread"]

    run(tmp_path, story)


def test_what_was_decided_is_made_though_whoever_asked_is_cancelled(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        asked = asyncio.create_task(backend.write(marked("one"), QUICK))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

        assert await backend.write(marked("two"), QUICK)
        assert await backend.read(is_marked) == ["one", "two"]

    run(tmp_path, story)


def test_the_loop_does_not_wait_for_another_process(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with held_locked(tmp_path):
            asked = asyncio.create_task(backend.write(marked("one"), QUICK))
            await asyncio.sleep(0.02)
            assert not asked.done()

        assert await asked
        assert backend._writer.db.execute("PRAGMA busy_timeout").fetchone() == (0,)

    run(tmp_path, story)


def test_a_quick_verb_that_fails_leaves_nothing_open(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with pytest.raises(LeaseLost):
            await backend.write(lost, QUICK)

        assert await backend.write(marked("one"), QUICK)
        assert await backend.read(is_marked, QUICK) == ["one"]

    run(tmp_path, story)


@pytest.mark.parametrize("kind", [QUICK, LAGGING])
def test_a_quick_verb_that_has_no_room_is_undone(tmp_path: Path, kind: Kind) -> None:
    async def story(backend: SqliteBackend) -> None:
        pages = backend._writer.db.execute("PRAGMA page_count").fetchone()[0]
        backend._writer.db.execute(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(StoreFull):
            await backend.write(too_large, kind)

        assert await backend.write(marked("one"), kind)
        assert await backend.read(is_marked) == ["one"]

    run(tmp_path, story)


def test_what_may_lag_is_seen_by_all_at_once_and_only_it_spares_the_disk(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        with told(backend) as statements:
            await backend.write(marked("one"), LAGGING)
            assert on_the_disk(tmp_path) == ["one"]
            await backend.write(marked("two"), QUICK)

        commits = [number for number, each in enumerate(statements) if each == "COMMIT"]
        spared = statements[: commits[0]].count("PRAGMA synchronous = NORMAL")
        again = statements[commits[0] : commits[1]].count("PRAGMA synchronous = FULL")
        assert (spared, again) == (1, 1)
        assert backend._writer.db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL

    run(tmp_path, story)


def test_the_checkpoint_of_a_lagging_commit_is_not_made_on_the_loop(tmp_path: Path) -> None:
    """It is left to the next commit of the thread."""

    async def story(backend: SqliteBackend) -> None:
        db, file = backend._writer.db, file_of(tmp_path)
        db.execute("PRAGMA wal_autocheckpoint = 0")
        names = [f"{number}{'x' * 5000}" for number in range(1000)]
        await backend.write(lambda tx: [set_mark(tx, name, 0, wait=None) for name in names])
        db.execute("PRAGMA wal_autocheckpoint = 1000")
        before = file.stat().st_size

        await backend.write(marked("one"), LAGGING)
        assert file.stat().st_size == before
        await backend.write(marked("two"), QUICK)
        assert file.stat().st_size > before

    run(tmp_path, story)


def test_a_quick_verb_that_waits_in_vain_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapthread.store.sqlite.connections.BUSY_TIMEOUT_S", 0.05)

    async def story(backend: SqliteBackend) -> None:
        with held_locked(tmp_path), pytest.raises(StoreBusy):
            await backend.write(marked("one"), LAGGING)

        assert await backend.write(marked("one"), LAGGING)

    run(tmp_path, story)


def test_many_rows_are_read_by_their_keys_in_one_statement(tmp_path: Path) -> None:
    async def story(backend: SqliteBackend) -> None:
        names = [f"{number:03}" for number in range(101)]
        for name in names[::2]:
            await backend.write(marked(name), LAGGING)
        with told(backend) as statements:
            rows = await backend.write(lambda tx: tx.get_all(MARKS, names))

        assert [row and row.key for row in rows] == [
            name if number % 2 == 0 else None for number, name in enumerate(names)
        ]
        assert len([each for each in statements if each.startswith("SELECT")]) == 1

    run(tmp_path, story)
