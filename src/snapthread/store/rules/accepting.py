"""Messages into the queues, once and in order. Promises: ports/message_queue.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from snapthread.characters import utf16_len
from snapthread.limits import (
    ALBUM_GATHER_S,
    CUT_TEXT_GAP_S,
    CUT_TEXT_UNITS,
    PAIR_GAP_S,
    SEEN_S,
    WAITING_MAX,
)
from snapthread.model import ConversationKey, Message
from snapthread.ports import Arrival
from snapthread.store.codec import dump_message, load_message, micros, micros_of
from snapthread.store.rules.outgoing import add_to_outbox
from snapthread.store.rules.rows import ensure_conversation, next_id, note_group, refresh_ready
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.processes import SEEN, SeenRow
from snapthread.store.schema.queues import BUNDLE, QUEUE, QueuedRow
from snapthread.store.transaction import Get, Transaction

SEEN_FOR: Final = micros_of(SEEN_S)
PAIR: Final = "pair:"
ALBUM: Final = "album:"
PHOTOS_MOST: Final = 10  # one by one before a voice message: as many as an album has
GATHER: Final = micros_of(ALBUM_GATHER_S)


def accept(
    tx: Transaction, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
) -> frozenset[ConversationKey]:
    at, quiet = micros(now), micros_of(quiet_s)
    messages = [arrival.message for arrival in arrivals]
    tx.expect(
        *[Get(SEEN, (message.update_id,)) for message in messages],
        *[Get(CONVERSATIONS, (message.conversation,)) for message in messages],
    )
    changed = {
        arrival.message.conversation
        for arrival in arrivals
        if _mark_seen(tx, arrival.message, at) and _take(tx, arrival, at, quiet)
    }
    for key in changed:
        refresh_ready(tx, key)
    return frozenset(changed)


def _mark_seen(tx: Transaction, message: Message, now: int) -> bool:
    """False where it was seen before."""
    seen = tx.get(SEEN, message.update_id)
    if seen is not None and seen.at > now - SEEN_FOR:
        return False
    tx.put(SEEN, SeenRow(message.update_id, now))
    return True


def _take(tx: Transaction, arrival: Arrival, now: int, quiet: int) -> bool:
    """Put the message in, or say that there is no room; False where that was said already."""
    message, key = arrival.message, arrival.message.conversation
    talk = ensure_conversation(tx, key)
    if message.is_urgent:
        put_in(tx, message, None, now)
        return True
    if talk.queued >= WAITING_MAX:
        return _say_full(tx, arrival, now)
    if talk.is_told_full:
        tx.update(talk, talk._replace(is_told_full=0))
    try:
        bundle = _bundle_of(tx, message, talk.queued)
    except ValueError:  # what came before it cannot be read
        bundle = None
    if talk.queued:
        _end_waiting(tx, message, bundle, now)
    put_in(tx, message, bundle, now)
    if bundle is not None:
        _wait_for_more(tx, message, bundle, now, quiet)
    return True


def put_in(tx: Transaction, message: Message, bundle: str | None, now: int) -> None:
    """A message at the end of its queue."""
    row = ensure_conversation(tx, message.conversation)
    asker = None if message.kind == "command" else message.user_id
    note_group(tx, message.conversation, message.chat_id, asker)
    id, is_urgent = next_id(row, now), message.is_urgent
    queued, urgent = row.queued + (not is_urgent), row.urgent + is_urgent
    tx.update(row, row._replace(last_id=id, queued=queued, urgent=urgent))
    tx.insert(
        QueuedRow(
            conversation=message.conversation,
            id=id,
            update_id=message.update_id,
            kind=message.kind,
            is_urgent=int(is_urgent),
            arrived_at=now,
            ready_at=now,
            message=dump_message(message),
            bundle=bundle,
        )
    )


def _say_full(tx: Transaction, arrival: Arrival, now: int) -> bool:
    message, talk = arrival.message, ensure_conversation(tx, arrival.message.conversation)
    if talk.is_told_full:
        return False
    tx.update(talk, talk._replace(is_told_full=1))
    add_to_outbox(tx, message.conversation, message.destination, [arrival.if_full], now)
    return True


def _bundle_of(tx: Transaction, message: Message, waiting: int) -> str | None:
    """The name that all parts of one album, of one cut text, or of photos and what is said about
    them share."""
    if message.album_id is not None:
        album = f"{ALBUM}{message.album_id}"
        if waiting:
            _bring_voice(tx, message, album)
        return album
    if message.half:
        return (_other_half(tx, message) if waiting else None) or f"{PAIR}{message.update_id}"
    if message.kind != "question" or message.files:
        return None
    continued = _continued_bundle(tx, message) if waiting else None
    return continued or _cut_bundle(message)


def _cut_bundle(message: Message) -> str | None:
    return f"text:{message.update_id}" if _may_be_cut(message) else None


def _may_be_cut(message: Message) -> bool:
    return utf16_len(message.text) > CUT_TEXT_UNITS


def _continued_bundle(tx: Transaction, message: Message) -> str | None:
    """The cut text that this message goes on with: the one right before it, at the same time."""
    row = _newest(tx, message.conversation)
    if row is None or not str(row.bundle).startswith("text:"):
        return None
    before = load_message(row.message)
    gap_s = abs((message.sent_at - before.sent_at).total_seconds())
    goes_on = (
        _may_be_cut(before)
        and before.user_id == message.user_id
        and before.thread_id == message.thread_id
        and message.reply is None
        and gap_s <= CUT_TEXT_GAP_S
    )
    return row.bundle if goes_on else None


def _other_half(tx: Transaction, message: Message) -> str | None:
    """The photos that this voice is about, or the voice about this photo: right before it."""
    row = _newest(tx, message.conversation)
    if row is None or not _is_of_pair(row):
        return None
    rows = tx.range(BUNDLE, row.conversation, row.bundle or "")
    halves = [load_message(each.message).half for each in rows]
    if "" in halves or not _is_right_after(message, row):
        return None
    if message.half == "voice":
        return None if "voice" in halves else _all_before(tx, row)
    is_alone = len(rows) == 1 or row.token is None
    return row.bundle if halves[0] == "voice" and is_alone else None


def _is_of_pair(row: QueuedRow) -> bool:
    return str(row.bundle).startswith((PAIR, ALBUM))


def _is_right_after(message: Message, row: QueuedRow) -> bool:
    before = load_message(row.message)
    gap_s = abs((message.sent_at - before.sent_at).total_seconds())
    is_same_place = before.thread_id == message.thread_id
    return is_same_place and message.reply is None and gap_s <= PAIR_GAP_S


def _all_before(tx: Transaction, last: QueuedRow) -> str | None:
    """Photos that were sent one by one, and that nobody works on yet, are one with the last."""
    if not str(last.bundle).startswith(PAIR) or tx.range(QUEUE, last.conversation, 1):
        return last.bundle
    newest = tx.range(QUEUE, last.conversation, 0, limit=PHOTOS_MOST, is_reversed=True)
    after = load_message(last.message)
    for row in newest[1:]:  # the first is the last photo itself
        is_waiting = row.token is None and str(row.bundle).startswith(PAIR)
        before = load_message(row.message)
        if not is_waiting or before.half != "photo" or not _is_right_after(after, row):
            break
        if len(tx.range(BUNDLE, row.conversation, row.bundle or "")) > 1:
            break
        tx.update(row, row._replace(bundle=last.bundle))
        after = before
    return last.bundle


def _bring_voice(tx: Transaction, message: Message, album: str) -> None:
    """A voice message right before an album is about it, and becomes a part of it."""
    row = _newest(tx, message.conversation)
    if row is None or not str(row.bundle).startswith(PAIR) or message.half != "photo":
        return
    is_alone = len(tx.range(BUNDLE, row.conversation, row.bundle or "")) == 1
    is_voice = load_message(row.message).half == "voice"
    if is_alone and is_voice and _is_right_after(message, row):
        tx.update(row, row._replace(bundle=album))


def _end_waiting(tx: Transaction, message: Message, bundle: str | None, now: int) -> None:
    """After half of a pair came something else: nothing more is to come of it."""
    row = _newest(tx, message.conversation)
    if row is None or not str(row.bundle).startswith(PAIR) or row.bundle == bundle:
        return
    if row.token is None and row.ready_at > now:
        tx.update(row, row._replace(ready_at=now))


def _newest(tx: Transaction, key: str) -> QueuedRow | None:
    """The last of a conversation, urgent commands among them."""
    last = tx.first(QUEUE, key, 0, is_reversed=True)
    urgent = tx.range(QUEUE, key, 1)
    return max([*urgent, *([last] if last else [])], key=lambda row: row.id, default=None)


def _wait_for_more(tx: Transaction, message: Message, bundle: str, now: int, quiet: int) -> None:
    """Each part moves the whole bundle; the last part of a cut text, and the second of a pair, end
    the waiting."""
    every = tx.range(BUNDLE, message.conversation, bundle)
    rows = [row for row in every if row.token is None]
    is_last = message.album_id is None and not _may_be_cut(message)
    if bundle.startswith(PAIR):
        is_last = len(every) > 1
    gathered = min(row.arrived_at for row in rows) + GATHER
    ready_at = now if is_last else min(now + quiet, gathered)
    for row in rows:
        tx.update(row, row._replace(ready_at=ready_at))
