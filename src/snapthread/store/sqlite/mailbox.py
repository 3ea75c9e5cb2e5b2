"""Messages wait here, in order within a conversation: `ports.Mailboxes` on SQLite."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.limits import (
    ALBUM_GATHER_S,
    CUT_TEXT_GAP_S,
    CUT_TEXT_UNITS,
    SEEN_S,
    WAITING_MAX,
)
from snapthread.model import Claim, ConversationKey, Message
from snapthread.ports import Arrival
from snapthread.store.codec import dump_message, load_message, moment, seconds, seconds_after
from snapthread.store.sqlite.rows import (
    Db,
    add_parts,
    ensure_conversation,
    has_mark,
    held,
    refresh_ready,
    reset_waits,
    set_mark,
    waiting_parts,
)


def accept(
    db: Db, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
) -> frozenset[ConversationKey]:
    fresh = [arrival for arrival in arrivals if _is_new(db, arrival.message, now)]
    changed = {
        arrival.message.conversation for arrival in fresh if _take(db, arrival, now, quiet_s)
    }
    for key in changed:
        refresh_ready(db, key)
    return frozenset(changed)


def _is_new(db: Db, message: Message, now: datetime) -> bool:
    db.execute(
        "DELETE FROM seen WHERE update_id = ? AND at <= ?",
        (message.update_id, seconds(now) - SEEN_S),
    )
    cursor = db.execute(
        "INSERT OR IGNORE INTO seen (update_id, at) VALUES (?, ?)",
        (message.update_id, seconds(now)),
    )
    return cursor.rowcount == 1


def _take(db: Db, arrival: Arrival, now: datetime, quiet_s: float) -> bool:
    """Put the message in, or say that there is no room; False where that was said already."""
    message = arrival.message
    ensure_conversation(db, message.conversation)
    if message.jumps_the_queue:
        put_in(db, message, None, now)
        return True
    if _is_full(db, message.conversation):
        return _say_full(db, arrival, now)
    db.execute("DELETE FROM marks WHERE key = ?", (_full_mark(message.conversation),))
    bundle = _bundle_of(db, message)
    put_in(db, message, bundle, now)
    if bundle is not None:
        _wait_for_more(db, message, bundle, now, quiet_s)
    return True


def put_in(db: Db, message: Message, bundle: str | None, now: datetime) -> None:
    db.execute(
        "INSERT INTO inbox (update_id, conversation, jumps, bundle, arrived_at, ready_at, message)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            message.update_id,
            message.conversation,
            message.jumps_the_queue,
            bundle,
            seconds(now),
            seconds(now),
            dump_message(message),
        ),
    )


def _is_full(db: Db, key: ConversationKey) -> bool:
    (waiting,) = db.execute(
        "SELECT count(*) FROM inbox WHERE conversation = ? AND jumps = 0", (key,)
    ).fetchone()
    return bool(waiting >= WAITING_MAX)


def _full_mark(key: ConversationKey) -> str:
    return f"full:{key}"


def _say_full(db: Db, arrival: Arrival, now: datetime) -> bool:
    message = arrival.message
    if not set_mark(db, _full_mark(message.conversation), now, None):
        return False
    to = message.destination
    add_parts(db, message.conversation, to, [arrival.if_full], now)
    return True


def _bundle_of(db: Db, message: Message) -> str | None:
    """The name that all parts of one album, or of one cut text, share."""
    if message.album_id is not None:
        return f"album:{message.album_id}"
    if message.kind != "question" or message.picture is not None:
        return None
    return _continued_bundle(db, message) or _cut_bundle(message)


def _cut_bundle(message: Message) -> str | None:
    return f"text:{message.update_id}" if _may_be_cut(message) else None


def _may_be_cut(message: Message) -> bool:
    return len(message.text.encode("utf-16-le")) // 2 > CUT_TEXT_UNITS


def _continued_bundle(db: Db, message: Message) -> str | None:
    """The cut text that this message goes on with: the one right before it, at the same time."""
    row = db.execute(
        "SELECT * FROM inbox WHERE conversation = ? ORDER BY id DESC LIMIT 1",
        (message.conversation,),
    ).fetchone()
    if row is None or not str(row["bundle"]).startswith("text:"):
        return None
    before = load_message(row["message"])
    gap_s = abs((message.sent_at - before.sent_at).total_seconds())
    goes_on = (
        _may_be_cut(before)
        and before.user_id == message.user_id
        and before.thread_id == message.thread_id
        and message.reply is None
        and gap_s <= CUT_TEXT_GAP_S
    )
    return str(row["bundle"]) if goes_on else None


def _wait_for_more(db: Db, message: Message, bundle: str, now: datetime, quiet_s: float) -> None:
    """Each part moves the whole bundle; the last part of a cut text ends the waiting."""
    is_last = message.album_id is None and not _may_be_cut(message)
    (first_at,) = db.execute(
        "SELECT min(arrived_at) FROM inbox WHERE conversation = ? AND bundle = ? AND token IS NULL",
        (message.conversation, bundle),
    ).fetchone()
    ready_at = (
        seconds(now)
        if is_last
        else min(seconds_after(now, quiet_s), seconds_after(moment(first_at), ALBUM_GATHER_S))
    )
    db.execute(
        "UPDATE inbox SET ready_at = ? WHERE conversation = ? AND bundle = ? AND token IS NULL",
        (ready_at, message.conversation, bundle),
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
    return replace(bare, parts=parts)


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


def jumpers(db: Db) -> tuple[Message, ...]:
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
