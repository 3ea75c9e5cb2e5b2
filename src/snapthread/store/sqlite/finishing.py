"""The end of a turn, and what is said in parts."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.limits import SEEN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    HistoryItem,
    OutboxMessage,
    OutgoingMessage,
)
from snapthread.store.codec import dump_photos, seconds
from snapthread.store.sqlite.ledger import attach, retire_rest
from snapthread.store.sqlite.mailbox import answered_mark, claimed
from snapthread.store.sqlite.quotas import settle
from snapthread.store.sqlite.rows import (
    Db,
    add_parts,
    held,
    put_on_its_way,
    refresh_ready,
    set_mark,
)
from snapthread.usage import TurnRecord


def finish(
    db: Db,
    claim: Claim,
    now: datetime,
    *,
    lines: Sequence[HistoryItem] = (),
    replies: Sequence[OutgoingMessage] = (),
    to: Destination,
    dead_letter: bool = False,
    record: TurnRecord | None = None,
) -> tuple[OutboxMessage, ...]:
    row = held(db, claim)
    rows = claimed(db, claim)
    if not rows:
        raise LeaseLost(claim.conversation)  # this turn has ended already
    _add_lines(db, claim, lines)
    attach(db, claim, [photo for line in lines for photo in line.photos])
    retire_rest(db, claim, [row["update_id"] for row in rows], now)
    if dead_letter:
        _put_aside(db, claim, now)
    _leave_mailbox(db, claim, rows, now)
    settle(db, claim.conversation, record)
    reply_to = to.reply_to if _others_came(db, claim) else None
    to = replace(to, reply_to=reply_to, replaces=row["stream"])
    db.execute("UPDATE conversations SET stream = NULL WHERE key = ?", (claim.conversation,))
    parts = add_parts(db, claim.conversation, to, replies, now)
    refresh_ready(db, claim.conversation)
    return parts


def _others_came(db: Db, claim: Claim) -> bool:
    """Whatever waits behind a question came after it."""
    row = db.execute(
        "SELECT 1 FROM inbox WHERE conversation = ? AND jumps = 0 LIMIT 1", (claim.conversation,)
    ).fetchone()
    return row is not None


def note_stream(db: Db, claim: Claim, message_id: int) -> None:
    held(db, claim)
    db.execute(
        "UPDATE conversations SET stream = ? WHERE key = ?", (message_id, claim.conversation)
    )


def _add_lines(db: Db, claim: Claim, lines: Sequence[HistoryItem]) -> None:
    for line in lines:
        db.execute(
            "INSERT INTO lines (conversation, role, text, photos, at, tokens)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                claim.conversation,
                line.role,
                line.text,
                dump_photos(line.photos),
                seconds(line.at),
                line.tokens,
            ),
        )
    labels = [photo.label for line in lines for photo in line.photos]
    db.execute(
        "UPDATE conversations SET labels = max(labels, ?), turns = turns + 1 WHERE key = ?",
        (max(labels, default=0), claim.conversation),
    )


def _put_aside(db: Db, claim: Claim, now: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO aside (update_id, conversation, attempts, at, message)"
        " SELECT update_id, conversation, attempts, ?, message FROM inbox"
        " WHERE conversation = ? AND token = ?",
        (seconds(now), claim.conversation, claim.token),
    )


def _leave_mailbox(db: Db, claim: Claim, rows: Sequence[sqlite3.Row], now: datetime) -> None:
    for bundle in {row["bundle"] for row in rows}:
        if str(bundle).startswith("album:"):
            set_mark(db, answered_mark(claim, bundle), now, SEEN_S)
    db.execute(
        "DELETE FROM inbox WHERE conversation = ? AND token = ?",
        (claim.conversation, claim.token),
    )


def enqueue(
    db: Db,
    conversation: ConversationKey,
    to: Destination,
    outgoing: OutgoingMessage,
    now: datetime,
    *,
    once: str | None = None,
    again_after_s: float | None = None,
) -> bool:
    if once is not None and not set_mark(db, f"said:{once}", now, again_after_s):
        return False
    put_on_its_way(db, conversation, to, outgoing, now)
    return True


def mark_sent(db: Db, claim: Claim, part: OutboxMessage) -> None:
    db.execute("DELETE FROM parts WHERE id = ?", (part.id,))
    refresh_ready(db, claim.conversation)


def drop_outbox(db: Db, claim: Claim) -> int:
    held(db, claim)
    cursor = db.execute("DELETE FROM parts WHERE conversation = ?", (claim.conversation,))
    refresh_ready(db, claim.conversation)
    return cursor.rowcount
