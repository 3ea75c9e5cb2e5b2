"""Migrations of an older SQLite store to this version; a new one is made by the declarations."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from snapthread.errors import StoreDenied, StoreTooNew
from snapthread.store.schema import TABLES, VERSION
from snapthread.store.sqlite.file.access import alone, opened
from snapthread.store.sqlite.statements import column_of, declared

# Each brings the store from the version before it to its own (PRAGMA user_version). From version 4
# on the tables are those of schema/: what is new in it, a table, or a column that is optional or
# has a default, is made by itself, and only what has to be rewritten needs a migration.
MIGRATIONS: Final[Mapping[int, str]] = {
    2: """
    CREATE TABLE pauses (service TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
    """,
    3: """
    CREATE TABLE reservations (
        conversation TEXT PRIMARY KEY,
        id TEXT NOT NULL,                       -- of the record that it becomes
        payer TEXT NOT NULL,
        at REAL NOT NULL,                       -- where it counts, and how old it is
        record TEXT NOT NULL                    -- what is charged where nobody says better
    ) WITHOUT ROWID;
    CREATE INDEX reservations_id ON reservations (id);
    CREATE INDEX reservations_at ON reservations (at);
    CREATE TABLE tallies (                      -- what quotas count, reservations included
        payer TEXT NOT NULL,                    -- 'bot': all of them
        period TEXT NOT NULL,                   -- a day or a month, UTC
        messages INTEGER NOT NULL DEFAULT 0,
        images INTEGER NOT NULL DEFAULT 0,
        cost_micros INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (payer, period)
    ) WITHOUT ROWID;
    CREATE INDEX tallies_period ON tallies (period);

    CREATE TABLE records (
        id TEXT PRIMARY KEY,
        at REAL NOT NULL,
        user_id INTEGER NOT NULL,
        delivered_ms INTEGER,                   -- known later than the rest
        record TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX records_at ON records (at, id);
    CREATE INDEX records_user ON records (user_id);
    CREATE TABLE daily (
        user_id INTEGER NOT NULL,               -- 0: erased
        day TEXT NOT NULL,
        model TEXT NOT NULL,
        messages INTEGER NOT NULL,
        images INTEGER NOT NULL,
        image_tokens INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        bytes_uploaded INTEGER NOT NULL,
        cost_micros INTEGER NOT NULL,           -- of the turns with a price
        turns_without_price INTEGER NOT NULL,
        PRIMARY KEY (user_id, day, model)
    ) WITHOUT ROWID;
    CREATE INDEX daily_day ON daily (day);
    """,
}

# Version 4: times are whole microseconds, tables are those of the declarations.
_AT: Final = "CAST(ROUND({0} * 1000000) AS INTEGER) AS {0}"
_KIND: Final = "coalesce(json_extract(message, '$.kind'), 'question') AS kind"
COPIES: Final[Mapping[str, str]] = {
    "meta": "SELECT key, CASE key WHEN 'secret' THEN lower(hex(value)) ELSE value END AS value"
    " FROM old_meta WHERE key IN ('installation', 'secret')",
    "seen": f"SELECT update_id, {_AT.format('at')} FROM old_seen",
    "once_keys": f"SELECT key, {_AT.format('until')}, (SELECT c.key FROM old_conversations c"
    " WHERE m.key GLOB 'answered:' || c.key || ':*') AS conversation FROM old_marks m"
    " WHERE key NOT GLOB 'full:*'",
    "jobs": f"SELECT job, owner, {_AT.format('until')} FROM old_jobs",
    "cooldowns": f"SELECT service, {_AT.format('until')} FROM old_pauses",
    "blocked_users": f"SELECT user_id, {_AT.format('blocked_at')} FROM old_people",
    "conversations": "SELECT key, epoch, token, labels AS last_label, turns,"
    " first_line AS history_start, stopped_turn, stream,"
    " CAST(ROUND(nullif(lease_until, 0) * 1000000) AS INTEGER) AS lease_until,"
    f" {_AT.format('not_before')}, {_AT.format('ready_at')},"
    " EXISTS (SELECT 1 FROM old_marks m WHERE m.key = 'full:' || c.key) AS is_told_full,"
    " (SELECT count(*) FROM old_inbox i WHERE i.conversation = c.key AND NOT jumps) AS queued,"
    " (SELECT count(*) FROM old_inbox i WHERE i.conversation = c.key AND jumps) AS urgent,"
    " (SELECT count(*) FROM old_parts p WHERE p.conversation = c.key) AS undelivered"
    " FROM old_conversations c",
    "messages": f"SELECT conversation, id, update_id, {_KIND},"
    f" jumps AS is_urgent, {_AT.format('arrived_at')}, {_AT.format('ready_at')}, message, bundle,"
    " attempts, token FROM old_inbox",
    "dead_letters": f"SELECT update_id, conversation, {_KIND},"
    f" attempts, {_AT.format('at')}, message FROM old_aside",
    "outbox": f"SELECT conversation, id, destination, say AS outgoing, {_AT.format('at')}"
    " FROM old_parts",
    "history": "SELECT conversation, id, role, text, photos AS images, tokens,"
    f" {_AT.format('at')} FROM old_lines",
    "files": "SELECT name, conversation, epoch, owner, state, stands_for AS image_key, telegram_id,"
    f" unique_id, size_bytes, width, height, {_AT.format('created_at')}, update_id, place,"
    f" album_id, label, openai_id, {_AT.format('leaves_at')}, {_AT.format('expires_at')},"
    f" {_AT.format('due_at')}, attempts, reason FROM old_files",
    "reservations": f"SELECT conversation, id, payer, {_AT.format('at')}, record"
    " FROM old_reservations",
    "tallies": "SELECT * FROM old_tallies",
    "records": f"SELECT id, {_AT.format('at')}, user_id, record, delivered_ms FROM old_records",
    "daily": "SELECT * FROM old_daily",
}

# Version 15: columns that were called otherwise, by their names of today.
RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "conversations": {
        "last_label": "labels",
        "history_start": "first_line",
        "undelivered": "parts",
    },
    "outbox": {"outgoing": "say"},
    "history": {"images": "photos"},
    "files": {"image_key": "stands_for"},
}


def version_of(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def refuse_newer(version: int) -> None:
    if version > VERSION:
        raise StoreTooNew(
            f"the store has version {version}, this Snapthread knows up to {VERSION}:"
            " run the newer Snapthread again, or put back the copy that it made before, the file"
            f" beside it that ends in .before-v{version}"
        )


def refuse_beneath_an_older_bot(path: Path) -> None:
    """A command of a newer version changes no store that an older bot serves from."""
    with closing(opened(path)) as db:
        version = version_of(db)
    if 0 < version < VERSION:
        told = (
            f"the store has version {version}, and a process of an older Snapthread uses it:"
            f" restart the bot with this one first, which makes it version {VERSION}"
        )
        with alone(path, StoreDenied(told)):
            pass


def bring_to_version(db: sqlite3.Connection, path: Path | str) -> None:
    """All of it or nothing; refuses a store that a newer version wrote."""
    _keep_older(db, path)
    db.execute("BEGIN IMMEDIATE")
    try:
        migrate(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _keep_older(db: sqlite3.Connection, path: Path | str) -> None:
    """Before a store is made newer, it is kept beside as it is: a downgrade starts from there."""
    version = version_of(db)
    refuse_newer(version)
    if not 0 < version < VERSION:
        return
    kept = Path(f"{path}.before-v{VERSION}")
    os.close(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    copy = sqlite3.connect(kept)
    try:
        db.backup(copy)
    finally:
        copy.close()


def migrate(db: sqlite3.Connection) -> None:
    """Bring the store to this version, in the caller's transaction; refuses one that a newer
    version wrote."""
    version = version_of(db)
    refuse_newer(version)
    if version == VERSION:
        return
    if 0 < version < 4:
        _to_version_4(db, version)
    if version > 0:
        _rename_columns(db)
        _add_columns(db)
    for statement in declared():
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _rename_columns(db: sqlite3.Connection) -> None:
    for table, names in RENAMED.items():
        known = columns_of(db, table)
        for new, old in names.items():
            if old in known:
                db.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def _add_columns(db: sqlite3.Connection) -> None:
    """To tables of an older version, those that are new in this one."""
    for table in TABLES:
        known = columns_of(db, table.name)
        for column in table.columns:
            if known and column not in known:
                db.execute(f"ALTER TABLE {table.name} ADD COLUMN {column_of(table, column)}")


def columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    """None, where the table is not there yet."""
    return {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}


def _to_version_4(db: sqlite3.Connection, version: int) -> None:
    for number in range(version + 1, 4):
        for statement in _statements(MIGRATIONS[number]):
            db.execute(statement)
    db.execute("DROP VIEW user_files")
    for name in _names(db, "index"):
        db.execute(f"DROP INDEX {name}")
    old = _names(db, "table")
    for name in old:
        db.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    for statement in declared():
        db.execute(statement)
    for table in TABLES:
        _copy(db, table.name)
    for name in old:
        db.execute(f"DROP TABLE old_{name}")


def _names(db: sqlite3.Connection, kind: str) -> list[str]:
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%'", (kind,)
    )
    return [name for (name,) in rows.fetchall()]


def _copy(db: sqlite3.Connection, name: str) -> None:
    if name not in COPIES:
        return  # newer than version 4
    columns = ", ".join(each[0] for each in db.execute(f"{COPIES[name]} LIMIT 0").description)
    db.execute(f"INSERT INTO {name} ({columns}) {COPIES[name]}")


def _statements(script: str) -> Iterator[str]:
    """One by one: `executescript` would commit what is under way."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
