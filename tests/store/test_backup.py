"""A backup is whole and for its owner only; a restore is refused where it could cost anything."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from snapthread.errors import BackupRefused, StoreFull
from snapthread.store import Store
from snapthread.store.sqlite.file import access, copying
from snapthread.store.sqlite.file import backup as backups
from snapthread.store.sqlite.file.backup import backup, restore
from snapthread.store.sqlite.file.examining import examine

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


def made(path: Path, service: str = "") -> Path:
    """A store that was used."""

    async def use() -> None:
        store = await Store.open(path)
        await store.installation()
        if service:
            await store.start_cooldown(service, NOW, NOW)
        await store.close()

    asyncio.run(use())
    return path


def held(path: Path) -> bytes:
    """All that a store holds, as one text."""
    with closing(sqlite3.connect(path)) as db:
        return "\n".join(db.iterdump()).encode()


def test_a_backup_is_the_store_in_one_file_for_its_owner_only(tmp_path: Path) -> None:
    store, target = made(tmp_path / "bot.db", "openai"), tmp_path / "kept.db"

    told = backup(store, target)

    assert held(target) == held(store)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot.db", "kept.db"]
    assert (told.version, told.size_bytes) == (examine(store).version, target.stat().st_size)


def test_a_backup_is_made_while_the_bot_writes(tmp_path: Path) -> None:
    path, target, done = made(tmp_path / "bot.db"), tmp_path / "kept.db", threading.Event()

    async def write() -> int:
        store = await Store.open(path)
        count = 0
        while not done.is_set() or count < 5:
            await store.start_cooldown(f"service {count}", NOW, NOW)
            count += 1
        await store.close()
        return count

    async def both() -> None:
        writing = asyncio.create_task(write())
        await asyncio.to_thread(backup, path, target)
        done.set()
        assert await writing >= 5

    asyncio.run(both())
    examine(target)


def test_a_backup_never_takes_the_place_of_another_silently(tmp_path: Path) -> None:
    store, target = made(tmp_path / "bot.db"), tmp_path / "kept.db"
    target.write_text("precious")

    with pytest.raises(BackupRefused, match="exists"):
        backup(store, target)
    assert target.read_text() == "precious"

    backup(store, target, replace=True)
    assert held(target) == held(store)


@pytest.mark.parametrize("when", ["copied", "checked"])
def test_a_backup_that_breaks_off_leaves_nothing(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, target = made(tmp_path / "bot.db"), tmp_path / "kept.db"

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    place = {"copied": (copying, "save"), "checked": (backups, "put")}[when]
    monkeypatch.setattr(*place, full)
    with pytest.raises(StoreFull, match="No space left"):
        backup(store, target)
    assert [path.name for path in tmp_path.iterdir()] == ["bot.db"]


def test_a_copy_that_is_damaged_is_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, target = made(tmp_path / "bot.db"), tmp_path / "kept.db"
    copy = copying.save

    def damaging(db: sqlite3.Connection, path: Path) -> None:
        copy(db, path)
        damage(path)

    monkeypatch.setattr(copying, "save", damaging)
    with pytest.raises(BackupRefused, match="damaged"):
        backup(store, target)
    assert not target.exists()


def damage(path: Path) -> None:
    """A page in the middle, as a bad disk leaves it."""
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 5] = b"\xff" * 4096 * 3
    path.write_bytes(content)


def test_a_restore_brings_the_backup_back_and_keeps_what_was(tmp_path: Path) -> None:
    store, kept = made(tmp_path / "bot.db", "before"), tmp_path / "kept.db"
    backup(store, kept)
    made(store, "after")
    after = held(store)

    aside = restore(kept, store, NOW)

    assert held(store) == held(kept)
    assert aside == tmp_path / "bot.db.before-restore-20261122-140500"
    assert held(aside) == after
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    made(store)  # it opens


def test_a_restore_beside_a_bot_that_idles_is_refused(tmp_path: Path) -> None:
    path, kept = made(tmp_path / "bot.db"), tmp_path / "kept.db"
    backup(path, kept)

    async def beside() -> None:
        store = await Store.open(path)
        await store.start_cooldown("openai", NOW, NOW)
        with pytest.raises(BackupRefused, match="stop the bot"):
            await asyncio.to_thread(restore, kept, path, NOW)
        await store.start_cooldown("telegram", NOW, NOW)  # it goes on as if nothing had been
        await store.close()

    asyncio.run(beside())
    assert b"telegram" in held(path)
    assert not list(tmp_path.glob("*before-restore*"))


def test_a_bot_that_starts_during_a_restore_waits_for_it(tmp_path: Path) -> None:
    path, kept = made(tmp_path / "bot.db", "old"), tmp_path / "kept.db"
    backup(path, kept)
    made(path, "newer")

    with access.alone(path, AssertionError()) as db:
        started = threading.Thread(target=made, args=(path, "started"))
        started.start()
        with closing(access.opened(kept)) as source:
            source.backup(db)
    started.join()

    assert b"'started'" in held(path)
    assert b"'newer'" not in held(path)


def test_a_restore_where_there_was_no_store_makes_one(tmp_path: Path) -> None:
    kept = backup(made(tmp_path / "bot.db"), tmp_path / "kept.db").file

    assert restore(Path(kept), tmp_path / "new" / "bot.db", NOW) is None
    assert held(tmp_path / "new" / "bot.db") == held(tmp_path / "kept.db")


def test_a_store_that_is_no_database_any_more_is_kept_aside_too(tmp_path: Path) -> None:
    store, kept = made(tmp_path / "bot.db"), tmp_path / "kept.db"
    backup(store, kept)
    store.write_bytes(b"overwritten by something else " * 1000)

    aside = restore(kept, store, NOW)

    assert aside is not None
    assert aside.read_bytes().startswith(b"overwritten")
    assert held(store) == held(kept)


def _nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


def _text(path: Path) -> None:
    path.write_text("no database at all, but long enough to be looked at\n" * 200)


def _other(path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name)")


@pytest.mark.parametrize("spoil", [_nothing, _text, _other, damage])
def test_what_is_no_whole_backup_is_refused_before_anything_is_touched(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    store, kept = made(tmp_path / "bot.db", "mine"), tmp_path / "kept.db"
    backup(store, kept)
    before = held(store)
    spoil(kept)

    with pytest.raises(BackupRefused):
        restore(kept, store, NOW)
    assert held(store) == before
    assert not list(tmp_path.glob("*before-restore*"))
