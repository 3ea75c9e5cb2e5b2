"""Messages into the mailboxes, once and in order."""

from collections.abc import Sequence
from datetime import datetime

from snapthread.limits import (
    ALBUM_GATHER_S,
    CUT_TEXT_GAP_S,
    CUT_TEXT_UNITS,
    SEEN_S,
    WAITING_MAX,
    utf16_len,
)
from snapthread.model import ConversationKey, Message
from snapthread.ports import Arrival
from snapthread.store.codec import dump_message, load_message, moment, seconds, seconds_after
from snapthread.store.sqlite.rows import Db, add_parts, ensure_conversation, refresh_ready, set_mark


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
    if message.is_urgent:
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
            message.is_urgent,
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
    return utf16_len(message.text) > CUT_TEXT_UNITS


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
