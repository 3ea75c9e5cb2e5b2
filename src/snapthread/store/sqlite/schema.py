"""The tables of the SQLite store and how an older store becomes a newer one."""

import sqlite3
from collections.abc import Iterator

from snapthread.errors import StoreTooNew

# Each entry brings the store from the version before it to its own (PRAGMA user_version).
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE seen (update_id INTEGER PRIMARY KEY, at REAL NOT NULL);
    CREATE INDEX seen_at ON seen (at);
    CREATE TABLE jobs (
        job TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE people (user_id INTEGER PRIMARY KEY, blocked_at REAL NOT NULL);
    CREATE TABLE marks (key TEXT PRIMARY KEY, until REAL) WITHOUT ROWID;

    CREATE TABLE conversations (
        key TEXT PRIMARY KEY,
        epoch INTEGER NOT NULL DEFAULT 0,       -- raised by each reset
        token INTEGER NOT NULL DEFAULT 0,       -- raised by each claim: fences older ones
        lease_until REAL NOT NULL DEFAULT 0,
        not_before REAL NOT NULL DEFAULT 0,
        ready_at REAL,                          -- when there is work; NULL: there is none
        labels INTEGER NOT NULL DEFAULT 0,      -- photos named so far
        turns INTEGER NOT NULL DEFAULT 0,
        first_line INTEGER NOT NULL DEFAULT 0,  -- lines before it are left out of requests
        stopped_turn INTEGER,                   -- the person said Stop to this one
        stream INTEGER                          -- our message that shows the answer as it grows
    ) WITHOUT ROWID;
    CREATE INDEX conversations_ready ON conversations (ready_at) WHERE ready_at IS NOT NULL;
    CREATE INDEX conversations_held ON conversations (lease_until) WHERE lease_until > 0;

    CREATE TABLE inbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        update_id INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        jumps INTEGER NOT NULL,
        bundle TEXT,                            -- parts of one album or of one cut text
        arrived_at REAL NOT NULL,
        ready_at REAL NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        token INTEGER,                          -- of the claim that works on it
        message TEXT NOT NULL
    );
    CREATE INDEX inbox_conversation ON inbox (conversation, jumps, id);
    CREATE INDEX inbox_jumps ON inbox (id) WHERE jumps;
    CREATE TABLE aside (
        update_id INTEGER PRIMARY KEY,
        conversation TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        at REAL NOT NULL,
        message TEXT NOT NULL
    );
    CREATE INDEX aside_conversation ON aside (conversation);

    CREATE TABLE parts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation TEXT NOT NULL,
        destination TEXT NOT NULL,
        say TEXT NOT NULL,
        at REAL NOT NULL
    );
    CREATE INDEX parts_conversation ON parts (conversation, id);

    CREATE TABLE lines (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation TEXT NOT NULL,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        photos TEXT NOT NULL,
        at REAL NOT NULL,
        tokens INTEGER NOT NULL
    );
    CREATE INDEX lines_conversation ON lines (conversation, id);

    CREATE TABLE files (
        name TEXT PRIMARY KEY,
        conversation TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        owner INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('intended', 'uploaded', 'live', 'retired')),
        update_id INTEGER,
        place INTEGER,
        album_id TEXT,
        stands_for TEXT NOT NULL,               -- the name in the conversation's line
        telegram_id TEXT NOT NULL,
        unique_id TEXT NOT NULL,
        label INTEGER,
        openai_id TEXT,
        size_bytes INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        created_at REAL NOT NULL,
        leaves_at REAL,                         -- retention takes it out of the conversation
        expires_at REAL,                        -- OpenAI deletes it by itself
        due_at REAL,                            -- retired: to be deleted, or looked for, from then
        attempts INTEGER NOT NULL DEFAULT 0,
        reason TEXT
    ) WITHOUT ROWID;
    CREATE INDEX files_conversation ON files (conversation, state);
    CREATE INDEX files_owner ON files (owner);
    CREATE INDEX files_due ON files (due_at) WHERE state = 'retired';
    CREATE INDEX files_unknown ON files (created_at) WHERE openai_id IS NULL;
    CREATE INDEX files_uploaded ON files (conversation) WHERE state = 'uploaded';
    CREATE INDEX files_leaving ON files (leaves_at) WHERE state IN ('uploaded', 'live');

    -- What the first generation kept as the Redis set `user_files:<user id>`.
    CREATE VIEW user_files AS
        SELECT owner AS user_id, openai_id AS file_id FROM files WHERE openai_id IS NOT NULL;
    """,
    """
    CREATE TABLE pauses (service TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
    """,
    """
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
)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the store to this version, in the caller's transaction; refuses one that a newer
    version wrote."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreTooNew(
            f"the store has version {version}, this Snapthread knows up to {len(MIGRATIONS)}:"
            " run the newer Snapthread again, or restore a backup"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in _statements(script):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")


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
