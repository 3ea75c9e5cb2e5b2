"""The SQLite store as a file: how it is opened, made newer, and kept safe."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from snapthread.errors import StoreBusy, StoreDamaged, StoreFull, StoreMissing, StoreTooNew
from snapthread.store import Store
from snapthread.store.schema import VERSION
from snapthread.store.sqlite import SqliteBackend
from tests.contracts.builders import Bench, message, open_sqlite, photo, turn, words
from tests.store.files import file_of, held_locked, version_of


def setting(store: object, pragma: str) -> object:
    """A setting is of one connection, so the store's own is asked."""
    assert isinstance(store, Store)
    assert isinstance(store.backend, SqliteBackend)
    (value,) = store.backend._writer.db.execute(f"PRAGMA {pragma}").fetchone()
    return value


def opened_and_closed(folder: Path) -> None:
    async def story() -> None:
        store = await Store.open(file_of(folder))  # made by itself, and not copied
        await store.close()

    asyncio.run(story())


# ---------------------------------------------------------------- settings


def test_what_is_committed_survives_a_power_cut(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)

    assert setting(bench.store, "journal_mode") == "wal"
    assert setting(bench.store, "synchronous") == 2  # FULL
    bench.close()


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    opened_and_closed(tmp_path / "data" / "deep")

    assert file_of(tmp_path / "data" / "deep").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands in the way")

    with pytest.raises(StoreFull, match="cannot be made"):
        opened_and_closed(tmp_path / "data" / "deep")


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    file_of(tmp_path).mkdir()

    with pytest.raises(StoreFull, match="cannot be opened"):
        opened_and_closed(tmp_path)


def test_a_closed_store_leaves_one_file(tmp_path: Path) -> None:
    opened_and_closed(tmp_path)

    assert list(tmp_path.iterdir()) == [file_of(tmp_path)]


# ---------------------------------------------------------------- versions


def test_an_empty_store_is_brought_to_this_version(tmp_path: Path) -> None:
    opened_and_closed(tmp_path)

    assert version_of(tmp_path) == VERSION


def test_a_store_of_this_version_is_left_as_it_is(tmp_path: Path) -> None:
    opened_and_closed(tmp_path)
    before = file_of(tmp_path).read_bytes()
    opened_and_closed(tmp_path)

    assert file_of(tmp_path).read_bytes() == before


def test_a_store_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    opened_and_closed(tmp_path)
    db = sqlite3.connect(file_of(tmp_path))
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()

    with pytest.raises(StoreTooNew, match="run the newer Snapthread again, or put back"):
        opened_and_closed(tmp_path)
    assert version_of(tmp_path) == VERSION + 1


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ("CREATE TABLE fine (a)", "CREATE TABLE broken (")
    monkeypatch.setattr("snapthread.store.sqlite.migrations.declared", lambda: broken)
    with pytest.raises(sqlite3.OperationalError):
        opened_and_closed(tmp_path)
    monkeypatch.undo()

    assert version_of(tmp_path) == 0
    opened_and_closed(tmp_path)


def test_two_processes_may_make_the_store_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        stores = await asyncio.gather(*(Store.open(file_of(tmp_path)) for _ in range(8)))
        installations = {await store.installation() for store in stores}
        for store in stores:
            await store.close()
        assert len(installations) == 1

    asyncio.run(story())


# ---------------------------------------------------------------- busy


def test_a_locked_store_is_busy_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapthread.store.sqlite.connections.BUSY_TIMEOUT_S", 0.01)
    bench = Bench(open_sqlite, tmp_path)
    question = message()

    with held_locked(tmp_path), pytest.raises(StoreBusy):
        bench.send(question)
    with held_locked(tmp_path), pytest.raises(StoreBusy):
        bench.run(bench.store.check())

    assert bench.claim() is None
    assert bench.send(question) == {question.conversation}
    bench.close()


def test_a_store_that_is_locked_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)

    with held_locked(tmp_path, for_s=0.2):
        bench.send(message())

    assert bench.claim() is not None
    bench.close()


def test_a_store_that_is_locked_while_it_opens_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapthread.store.sqlite.connections.BUSY_TIMEOUT_S", 0.01)
    opened_and_closed(tmp_path)

    with held_locked(tmp_path), pytest.raises(StoreBusy):
        opened_and_closed(tmp_path)
    opened_and_closed(tmp_path)


# ---------------------------------------------------------------- full


def allow_pages(store: object, more: int | None) -> None:
    """As if the disk had so much room left."""
    pages = setting(store, "page_count")
    assert isinstance(pages, int)
    setting(store, f"max_page_count = {2**30 if more is None else pages + more}")


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    claim = bench.ask(photo())
    allow_pages(bench.store, 0)

    with pytest.raises(StoreFull, match="free some disk"):
        bench.finish(claim, *turn("x" * 1_000_000), replies=(words("y" * 100_000),))

    assert bench.compose(claim).items == ()
    bench.release(claim)
    assert bench.take().messages == claim.messages
    bench.close()


def test_a_batch_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    batch = [message("x" * 4000) for _ in range(50)]
    allow_pages(bench.store, 20)

    with pytest.raises(StoreFull):
        bench.send(*batch)
    nothing = bench.claim()
    allow_pages(bench.store, None)

    assert nothing is None
    assert bench.send(*batch) == {batch[0].conversation}
    bench.close()


def test_a_store_works_again_when_there_is_room(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    claim = bench.ask()
    allow_pages(bench.store, 0)
    with pytest.raises(StoreFull):
        bench.finish(claim, *turn("x" * 1_000_000))
    allow_pages(bench.store, None)

    bench.answer(claim, *turn("x" * 1_000_000))

    assert len(bench.compose(bench.ask()).items) == 2
    bench.close()


def test_a_message_that_was_put_aside_is_kept(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    claim = bench.ask()
    bench.finish(claim, dead_letter=True)
    bench.close()

    db = sqlite3.connect(file_of(tmp_path))
    (kept,) = db.execute("SELECT update_id, attempts FROM dead_letters").fetchall()
    db.close()

    assert kept == (claim.messages[0].update_id, 0)


# ---------------------------------------------------------------- private, missing, damaged


def test_the_file_and_its_folder_were_readable_for_everybody(tmp_path: Path) -> None:
    opened_and_closed(tmp_path / "data")

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert file_of(tmp_path / "data").stat().st_mode & 0o777 == 0o600


def test_a_folder_with_other_things_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "else").write_text("somebody's")
    tmp_path.chmod(0o755)
    opened_and_closed(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_command_made_a_store_where_there_was_none(tmp_path: Path) -> None:
    async def story() -> None:
        await Store.open(file_of(tmp_path), create=False)

    with pytest.raises(StoreMissing, match=str(file_of(tmp_path))):
        asyncio.run(story())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"this is no database", b"SQLite format 3\0" + b"x" * 9000])
def test_a_damaged_store_was_a_traceback(tmp_path: Path, content: bytes) -> None:
    file_of(tmp_path).write_bytes(content)

    with pytest.raises(StoreDamaged, match="restore a backup"):
        opened_and_closed(tmp_path)


def test_looking_wrote_to_the_store_at_each_call(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    before = setting(bench.store, "data_version"), file_of(tmp_path).stat().st_size
    wal = tmp_path / "snapthread.db-wal"
    written = wal.stat().st_size
    for _ in range(10):
        bench.run(bench.store.check())

    assert wal.stat().st_size == written
    assert (setting(bench.store, "data_version"), file_of(tmp_path).stat().st_size) == before
    bench.close()


def test_what_only_reads_waits_for_no_writer(tmp_path: Path) -> None:
    bench = Bench(open_sqlite, tmp_path)
    bench.send(question := message())

    with held_locked(tmp_path):
        (waits,) = bench.run(bench.store.waiting(limit=9))

    assert waits.update_id == question.update_id
    bench.close()
