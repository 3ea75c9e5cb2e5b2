"""What every verb of the SQLite store shares: the lease check, and when a conversation is ready."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    Message,
    OutboxMessage,
    OutgoingMessage,
)
from snapthread.store.codec import (
    dump_destination,
    dump_say,
    load_destination,
    load_say,
    seconds,
    seconds_after,
)

Db = sqlite3.Connection


def ensure_conversation(db: Db, key: ConversationKey) -> None:
    """Tokens begin anywhere: one that is made anew after an erasure meets no older claim."""
    db.execute(
        "INSERT OR IGNORE INTO conversations (key, token) VALUES (?, random() & 0xFFFFFFFFFF)",
        (key,),
    )


def held(db: Db, claim: Claim, *, live_at: datetime | None = None) -> sqlite3.Row:
    """The conversation's row, where the claim still holds it; else LeaseLost.

    A claim whose time is over but that nobody replaced still holds it, unless `live_at` is given.
    """
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM conversations WHERE key = ? AND token = ? AND epoch = ? AND lease_until > ?",
        (claim.conversation, claim.token, claim.epoch, seconds(live_at) if live_at else -1),
    ).fetchone()
    if row is None:
        raise LeaseLost(claim.conversation)
    return row


def reset_waits(db: Db, key: ConversationKey) -> bool:
    """Does a command that jumps the queue wait in this conversation?"""
    row = db.execute(
        "SELECT 1 FROM inbox WHERE conversation = ? AND jumps = 1 LIMIT 1", (key,)
    ).fetchone()
    return row is not None


def waiting_command(db: Db, command: Message) -> int | None:
    """Its place among the messages; None where it does not wait any more."""
    row = db.execute(
        "SELECT id FROM inbox WHERE conversation = ? AND jumps AND update_id = ?",
        (command.conversation, command.update_id),
    ).fetchone()
    return row["id"] if row else None


def refresh_ready(db: Db, key: ConversationKey) -> None:
    """Work out anew when the conversation has work: parts first, else its oldest message.

    While a command that jumps the queue waits, no message is work: it would be asked on what the
    command is about to end.
    """
    db.execute(
        """
        UPDATE conversations SET ready_at = (
            SELECT max(not_before, coalesce(
                (SELECT at FROM parts WHERE conversation = :key ORDER BY id LIMIT 1),
                (SELECT ready_at FROM inbox WHERE conversation = :key AND jumps = 0
                 AND NOT EXISTS (SELECT 1 FROM inbox WHERE conversation = :key AND jumps = 1)
                 ORDER BY id LIMIT 1)))
        ) WHERE key = :key
        """,
        {"key": key},
    )


def add_parts(
    db: Db, key: ConversationKey, to: Destination, replies: Sequence[OutgoingMessage], now: datetime
) -> tuple[OutboxMessage, ...]:
    """Only the first part is a reply, and only one can take the place of a message."""
    rest = replace(to, reply_to=None, replaces=None)
    return tuple(
        _add_part(db, key, rest if number else to, outgoing, now)
        for number, outgoing in enumerate(replies)
    )


def _add_part(
    db: Db, key: ConversationKey, to: Destination, outgoing: OutgoingMessage, now: datetime
) -> OutboxMessage:
    cursor = db.execute(
        "INSERT INTO parts (conversation, destination, say, at) VALUES (?, ?, ?, ?)",
        (key, dump_destination(to), dump_say(outgoing), seconds(now)),
    )
    assert cursor.lastrowid is not None
    return OutboxMessage(id=cursor.lastrowid, to=to, outgoing=outgoing)


def put_on_its_way(
    db: Db, key: ConversationKey, to: Destination, outgoing: OutgoingMessage, now: datetime
) -> None:
    """A part of its own, of no turn."""
    ensure_conversation(db, key)
    add_parts(db, key, to, [outgoing], now)
    refresh_ready(db, key)


def waiting_parts(db: Db, key: ConversationKey) -> tuple[OutboxMessage, ...]:
    rows = db.execute("SELECT * FROM parts WHERE conversation = ? ORDER BY id", (key,))
    return tuple(
        OutboxMessage(
            id=row["id"], to=load_destination(row["destination"]), outgoing=load_say(row["say"])
        )
        for row in rows
    )


def has_mark(db: Db, key: str) -> bool:
    return db.execute("SELECT 1 FROM marks WHERE key = ?", (key,)).fetchone() is not None


def set_mark(db: Db, key: str, now: datetime, again_after_s: float | None) -> bool:
    """Set a mark; False where it was set and has not run out."""
    row = db.execute("SELECT until FROM marks WHERE key = ?", (key,)).fetchone()
    if row is not None and (row["until"] is None or row["until"] > seconds(now)):
        return False
    until = None if again_after_s is None else seconds_after(now, again_after_s)
    db.execute("INSERT OR REPLACE INTO marks (key, until) VALUES (?, ?)", (key, until))
    return True
