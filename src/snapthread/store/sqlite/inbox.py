"""What the mailboxes hold, for operators; and what processes tell each other. On SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from snapthread.model import Claim, ConversationKey, QueuedMessage, ReplicaChanges
from snapthread.store.codec import load_message, moment, seconds
from snapthread.store.sqlite.accepting import put_in
from snapthread.store.sqlite.rows import Db, ensure_conversation, refresh_ready


def poll_changes(db: Db, claims: Sequence[Claim], now: datetime) -> ReplicaChanges:
    rows = {claim: _conversation(db, claim) for claim in claims}
    cooldowns = db.execute("SELECT service, until FROM pauses WHERE until > ?", (seconds(now),))
    return ReplicaChanges(
        lost=frozenset(claim for claim, row in rows.items() if row is None),
        stopped=frozenset(
            claim for claim, row in rows.items() if row and row["stopped_turn"] == claim.turn
        ),
        cooldowns={row["service"]: moment(row["until"]) for row in cooldowns},
    )


def _conversation(db: Db, claim: Claim) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT stopped_turn FROM conversations WHERE key = ? AND token = ? AND epoch = ?",
        (claim.conversation, claim.token, claim.epoch),
    ).fetchone()
    return row


def start_cooldown(db: Db, service: str, until: datetime) -> None:
    db.execute(
        "INSERT INTO pauses (service, until) VALUES (?, ?)"
        " ON CONFLICT (service) DO UPDATE SET until = max(until, excluded.until)",
        (service, seconds(until)),
    )


def waiting(db: Db, *, limit: int) -> tuple[QueuedMessage, ...]:
    rows = db.execute(
        "SELECT inbox.*, inbox.token IS NOT NULL AND inbox.token = conversations.token"
        " AND lease_until > 0 AS is_held FROM inbox JOIN conversations ON key = conversation"
        " ORDER BY inbox.id LIMIT ?",
        (limit,),
    )
    return tuple(_waiting(row, row["arrived_at"], is_held=bool(row["is_held"])) for row in rows)


def dead_letters(db: Db, *, limit: int) -> tuple[QueuedMessage, ...]:
    rows = db.execute("SELECT * FROM aside ORDER BY at, update_id LIMIT ?", (limit,))
    return tuple(_waiting(row, row["at"]) for row in rows)


def _waiting(row: sqlite3.Row, at_s: float, *, is_held: bool = False) -> QueuedMessage:
    return QueuedMessage(
        update_id=row["update_id"],
        conversation=ConversationKey(row["conversation"]),
        kind=load_message(row["message"]).kind,
        arrived_at=moment(at_s),
        attempts=row["attempts"],
        is_held=is_held,
    )


def replay(db: Db, update_id: int, now: datetime) -> bool:
    row = db.execute(
        "DELETE FROM aside WHERE update_id = ? RETURNING message", (update_id,)
    ).fetchone()
    if row is None:
        return False
    message = load_message(row["message"])
    ensure_conversation(db, message.conversation)
    put_in(db, message, None, now)
    refresh_ready(db, message.conversation)
    return True
