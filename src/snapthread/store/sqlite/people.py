"""Everything that is held on one person: to be shown, to be erased. On SQLite."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from snapthread.model import Destination, Erased, Message, OutgoingMessage, private_conversation
from snapthread.store.codec import load_photos, moment, seconds
from snapthread.store.sqlite import records
from snapthread.store.sqlite.ledger import user_files
from snapthread.store.sqlite.quotas import charge
from snapthread.store.sqlite.rows import (
    Db,
    ensure_conversation,
    put_on_its_way,
    set_mark,
    waiting_command,
)

NOTHING = Erased(files=0, lines=0, messages=0, parts=0)


def erase(
    db: Db,
    user_id: int,
    now: datetime,
    *,
    last_words: tuple[Destination, OutgoingMessage] | None = None,
    asked_by: Message | None = None,
) -> Erased:
    key = private_conversation(user_id)
    if asked_by is not None and waiting_command(db, asked_by) is None:
        return NOTHING
    row = db.execute("SELECT lease_until FROM conversations WHERE key = ?", (key,)).fetchone()
    # A process may be asking right now: its files stay until its lease is over.
    due_at = max(seconds(now), row["lease_until"] if row else 0)
    files = db.execute(
        "UPDATE files SET state = 'retired', due_at = ?, reason = 'erased'"
        " WHERE owner = ? AND (state != 'retired' OR reason = 'adopted')",
        (due_at, user_id),
    ).rowcount
    erased = Erased(
        files=files,
        lines=_delete(db, "lines", key),
        messages=_delete(db, "inbox", key) + _delete(db, "aside", key),
        parts=_delete(db, "parts", key),
    )
    db.execute("DELETE FROM conversations WHERE key = ?", (key,))
    db.execute("DELETE FROM people WHERE user_id = ?", (user_id,))
    db.execute(
        "DELETE FROM marks WHERE key IN (?, ?, ?) OR key GLOB ?",
        (
            f"full:{key}",
            f"said:storage:{user_id}",
            f"said:adopted:{user_id}",
            f"answered:{key}:*",
        ),
    )
    charge(db, key)
    records.erase(db, user_id)
    if last_words is not None:
        put_on_its_way(db, key, *last_words, now)
    return erased


def adopt(
    db: Db,
    user_id: int,
    openai_ids: Sequence[str],
    now: datetime,
    *,
    due_at: datetime,
    outgoing: OutgoingMessage,
) -> int:
    """The first generation kept no more than the ids."""
    key = private_conversation(user_id)
    ensure_conversation(db, key)
    known = user_files(db, user_id)
    fresh = [openai_id for openai_id in dict.fromkeys(openai_ids) if openai_id not in known]
    for openai_id in fresh:
        db.execute(
            "INSERT INTO files (name, conversation, epoch, owner, state, stands_for, telegram_id,"
            " unique_id, openai_id, size_bytes, width, height, created_at, due_at, reason) SELECT"
            " :name, key, epoch, :owner, 'retired', :name, '', '', :id, 0, 0, 0, :now, :due,"
            " 'adopted' FROM conversations WHERE key = :key",
            {
                "name": f"adopted-{user_id}-{openai_id}",
                "key": key,
                "owner": user_id,
                "id": openai_id,
                "now": seconds(now),
                "due": seconds(due_at),
            },
        )
    if fresh and set_mark(db, f"said:adopted:{user_id}", now, None):
        put_on_its_way(db, key, Destination(chat_id=user_id), outgoing, now)
    return len(fresh)


def _delete(db: Db, table: str, key: str) -> int:
    cursor = db.execute(f"DELETE FROM {table} WHERE conversation = ?", (key,))  # noqa: S608
    return cursor.rowcount


def files_of(db: Db, user_id: int) -> int:
    """Files of a person that are, or may be, at OpenAI."""
    (count,) = db.execute("SELECT count(*) FROM files WHERE owner = ?", (user_id,)).fetchone()
    return int(count)


def bytes_of(db: Db, user_id: int) -> int:
    (size,) = db.execute(
        "SELECT coalesce(sum(size_bytes), 0) FROM files WHERE owner = ?", (user_id,)
    ).fetchone()
    return int(size)


def export(db: Db, user_id: int) -> dict[str, Any]:
    key = private_conversation(user_id)
    return {
        "user_id": user_id,
        "conversation": [_line(row) for row in _rows(db, "lines", "conversation", key)],
        "files": [_file(row) for row in _rows(db, "files", "owner", user_id)],
        "waiting": [json.loads(row["message"]) for row in _rows(db, "inbox", "conversation", key)],
        "put_aside": [
            json.loads(row["message"]) for row in _rows(db, "aside", "conversation", key)
        ],
        "not_delivered": [
            json.loads(row["say"]) for row in _rows(db, "parts", "conversation", key)
        ],
        **records.export(db, user_id),
    }


def _rows(db: Db, table: str, column: str, value: object) -> Sequence[sqlite3.Row]:
    order = "created_at" if table == "files" else "rowid"
    query = f"SELECT * FROM {table} WHERE {column} = ? ORDER BY {order}"  # noqa: S608
    return db.execute(query, (value,)).fetchall()


def _line(row: sqlite3.Row) -> dict[str, Any]:
    photos = load_photos(row["photos"])
    return {
        "role": row["role"],
        "at": moment(row["at"]).isoformat(),
        "text": row["text"],
        "photos": [
            {"label": photo.label, "sent_at": photo.sent_at.isoformat()} for photo in photos
        ],
    }


def _file(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "label": row["label"],
        "state": row["state"],
        "openai_file_id": row["openai_id"],
        "telegram_file_id": row["telegram_id"],
        "bytes": row["size_bytes"],
        "width": row["width"],
        "height": row["height"],
        "uploaded_at": moment(row["created_at"]).isoformat(),
    }


def note_blocked(db: Db, user_id: int, blocked_at: datetime | None) -> None:
    if blocked_at is None:
        db.execute("DELETE FROM people WHERE user_id = ?", (user_id,))
    else:
        db.execute(
            "INSERT OR IGNORE INTO people (user_id, blocked_at) VALUES (?, ?)",
            (user_id, seconds(blocked_at)),
        )


def blocked_before(db: Db, before: datetime, *, limit: int) -> tuple[int, ...]:
    rows = db.execute(
        "SELECT user_id FROM people WHERE blocked_at <= ? ORDER BY blocked_at LIMIT ?",
        (seconds(before), limit),
    )
    return tuple(row["user_id"] for row in rows)
