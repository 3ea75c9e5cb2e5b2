"""Messages out of the mailboxes: in order, one worker a conversation."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.model import Claim, ConversationKey, Message
from snapthread.store.codec import load_message, moment, seconds, seconds_after
from snapthread.store.sqlite.rows import (
    Db,
    has_mark,
    held,
    refresh_ready,
    reset_waits,
    waiting_parts,
)


def claim(
    db: Db, now: datetime, *, lease_s: float, only: ConversationKey | None = None
) -> Claim | None:
    row = _next_ready(db, now) if only is None else _ready(db, only, now)
    if row is None:
        return None
    key, token = ConversationKey(row["key"]), row["token"] + 1
    db.execute(
        "UPDATE conversations SET token = ?, lease_until = ? WHERE key = ?",
        (token, seconds_after(now, lease_s), key),
    )
    turn = row["turns"] + 1
    bare = Claim(
        conversation=key,
        token=token,
        epoch=row["epoch"],
        turn=turn,
        is_stopped=row["stopped_turn"] == turn,
        stream=row["stream"],
    )
    return _with_parts(db, bare) or _with_messages(db, bare)


def _next_ready(db: Db, now: datetime) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM conversations WHERE ready_at <= :now AND lease_until <= :now"
        " ORDER BY ready_at LIMIT 1",
        {"now": seconds(now)},
    ).fetchone()
    return row


def _ready(db: Db, key: ConversationKey, now: datetime) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM conversations WHERE key = :key AND ready_at <= :now AND lease_until <= :now",
        {"key": key, "now": seconds(now)},
    ).fetchone()
    return row


def _with_parts(db: Db, bare: Claim) -> Claim | None:
    parts = waiting_parts(db, bare.conversation)
    if not parts:
        return None
    return replace(bare, outbox=parts)


def _with_messages(db: Db, bare: Claim) -> Claim:
    head = db.execute(
        "SELECT * FROM inbox WHERE conversation = ? AND jumps = 0 ORDER BY id LIMIT 1",
        (bare.conversation,),
    ).fetchone()
    db.execute(
        "UPDATE inbox SET token = ?, attempts = attempts + 1"
        " WHERE conversation = ? AND jumps = 0 AND (id = ? OR bundle = ?)",
        (bare.token, bare.conversation, head["id"], head["bundle"]),
    )
    rows = claimed(db, bare)
    return replace(
        bare,
        messages=_in_order(rows),
        attempt=max(row["attempts"] for row in rows),
        is_late=has_mark(db, answered_mark(bare, head["bundle"])),
    )


def answered_mark(claim: Claim, bundle: str | None) -> str:
    """Set when an album was answered, so that a part that comes later is known to be late."""
    return f"answered:{claim.conversation}:{claim.epoch}:{bundle}"


def claimed(db: Db, claim: Claim) -> list[sqlite3.Row]:
    """The messages that the claim works on."""
    return db.execute(
        "SELECT * FROM inbox WHERE conversation = ? AND token = ? ORDER BY id",
        (claim.conversation, claim.token),
    ).fetchall()


def _in_order(rows: Sequence[sqlite3.Row]) -> tuple[Message, ...]:
    """As the person sent them: an album's parts may arrive in any order."""
    messages = (load_message(row["message"]) for row in rows)
    return tuple(sorted(messages, key=lambda message: message.message_id))


def renew(db: Db, claim: Claim, now: datetime, *, lease_s: float) -> bool:
    cursor = db.execute(
        "UPDATE conversations SET lease_until = ? WHERE key = ? AND token = ? AND epoch = ?"
        " AND lease_until > 0",
        (seconds_after(now, lease_s), claim.conversation, claim.token, claim.epoch),
    )
    return cursor.rowcount == 1


def release(
    db: Db,
    claim: Claim,
    now: datetime,
    *,
    not_before: datetime | None = None,
    uncount: bool = False,
) -> None:
    cursor = db.execute(
        "UPDATE conversations SET token = token + 1, lease_until = 0,"
        " not_before = max(not_before, ?)"  # who only borrowed it does not end its pause
        " WHERE key = ? AND token = ? AND epoch = ?",
        (seconds(not_before or now), claim.conversation, claim.token, claim.epoch),
    )
    if cursor.rowcount == 0:
        return
    db.execute(
        "UPDATE inbox SET token = NULL, attempts = attempts - ?"
        " WHERE conversation = ? AND token = ?",
        (int(uncount), claim.conversation, claim.token),
    )
    refresh_ready(db, claim.conversation)


def take_stragglers(db: Db, claim: Claim) -> tuple[Message, ...]:
    held(db, claim)
    bundles = {row["bundle"] for row in claimed(db, claim)} - {None}
    if reset_waits(db, claim.conversation):
        bundles = set()  # what came after the command is not asked before it
    late: list[sqlite3.Row] = []
    for bundle in bundles:
        late += db.execute(
            "UPDATE inbox SET token = ?, attempts = 1"
            " WHERE conversation = ? AND bundle = ? AND token IS NULL RETURNING *",
            (claim.token, claim.conversation, bundle),
        ).fetchall()
    refresh_ready(db, claim.conversation)
    return _in_order(late)


def urgent_commands(db: Db) -> tuple[Message, ...]:
    rows = db.execute("SELECT message FROM inbox WHERE jumps ORDER BY id")
    return tuple(load_message(row["message"]) for row in rows)


def next_wake(db: Db, now: datetime) -> datetime | None:
    """Two short walks, also where ten thousand are ready: the first that is free, and the held."""
    (at,) = db.execute(
        "SELECT min(at) FROM ("
        " SELECT * FROM (SELECT ready_at AS at FROM conversations WHERE ready_at IS NOT NULL"
        "  AND lease_until <= :now ORDER BY ready_at LIMIT 1)"
        " UNION ALL"
        " SELECT min(max(ready_at, lease_until)) FROM conversations WHERE lease_until > 0"
        "  AND lease_until > :now AND ready_at IS NOT NULL)",
        {"now": seconds(now)},
    ).fetchone()
    return None if at is None else max(moment(at), now)


def count_waiting(db: Db) -> int:
    (count,) = db.execute("SELECT count(*) FROM inbox").fetchone()
    return int(count)
