"""`snapthread backup` and `restore` from the command line, beside a store that is in use."""

import asyncio
import json
import os
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

from snapthread.store import Store
from tests.process.warm import snapthread


def store_in(folder: Path) -> Path:
    path = folder / "data" / "snapthread.db"

    async def use() -> None:
        store = await Store.open(path)
        await store.installation()
        await store.close()

    asyncio.run(use())
    return path


def test_a_backup_and_its_way_back(tmp_path: Path) -> None:
    store_in(tmp_path)

    kept = snapthread("backup", "kept.db", "--json", cwd=tmp_path)
    again = snapthread("backup", "kept.db", cwd=tmp_path)
    back = snapthread("restore", "kept.db", "--yes", "--json", cwd=tmp_path)

    assert kept.returncode == 0, kept.stderr
    assert json.loads(kept.stdout)["size_bytes"] > 0
    assert stat.S_IMODE((tmp_path / "kept.db").stat().st_mode) == 0o600
    assert (again.returncode, again.stdout) == (1, "")
    assert "kept.db exists" in again.stderr
    assert back.returncode == 0, back.stderr
    assert Path(tmp_path / json.loads(back.stdout)["kept"]).exists()


def test_a_restore_beside_a_running_process_is_refused(tmp_path: Path) -> None:
    path = store_in(tmp_path)
    assert snapthread("backup", "kept.db", cwd=tmp_path).returncode == 0

    async def beside() -> None:
        store = await Store.open(path)
        done = await asyncio.to_thread(snapthread, "restore", "kept.db", "--yes", cwd=tmp_path)
        await store.close()
        assert done.returncode == 1
        assert "stop the bot" in done.stderr

    asyncio.run(beside())


def test_a_backup_of_a_newer_version_is_refused_before_it_is_the_store(tmp_path: Path) -> None:
    store_in(tmp_path)
    assert snapthread("backup", "kept.db", cwd=tmp_path).returncode == 0
    with closing(sqlite3.connect(tmp_path / "kept.db")) as db:
        db.execute("PRAGMA user_version = 999")

    done = snapthread("restore", "kept.db", "--yes", cwd=tmp_path)

    assert done.returncode == 1
    assert "999" in done.stderr
    assert not list((tmp_path / "data").glob("*before-restore*"))


def test_nobody_restores_by_mistake(tmp_path: Path) -> None:
    store_in(tmp_path)
    assert snapthread("backup", "kept.db", cwd=tmp_path).returncode == 0

    done = snapthread("restore", "kept.db", cwd=tmp_path)

    assert done.returncode == 1
    assert not list((tmp_path / "data").glob("*before-restore*"))


def test_a_store_on_a_server_is_kept_by_the_servers_means(tmp_path: Path) -> None:
    done = snapthread("backup", "kept.db", cwd=tmp_path, STORE_URL="valkey://127.0.0.1:1/0")

    assert done.returncode == 1
    assert "docs/backup.md" in done.stderr


def test_the_doctor_knows_when_the_last_backup_was_made(tmp_path: Path) -> None:
    store_in(tmp_path)

    def told() -> tuple[bool | None, str]:
        done = snapthread("doctor", "--json", cwd=tmp_path)
        checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
        return checks["store.backup"]["ok"], checks["store.backup"]["say"]

    assert told() == (None, "`snapthread backup` has never been run on it.")
    assert snapthread("backup", "kept.db", cwd=tmp_path).returncode == 0
    assert told() == (True, "The last backup is 0 days old.")

    old = time.time() - 3.5 * 86_400
    os.utime(tmp_path / "kept.db", (old, old))
    assert snapthread("restore", "kept.db", "--yes", cwd=tmp_path).returncode == 0
    assert told()[1] == "The last backup is 3 days old."  # and not "never"
