"""Messages that are one question: an album, a text cut in two, photos and a voice about them."""

from typing import Final

from snapthread.characters import utf16_len
from snapthread.limits import ALBUM_GATHER_S, CUT_TEXT_GAP_S, CUT_TEXT_UNITS, PAIR_GAP_S
from snapthread.model import Message
from snapthread.store.codec import load_message, micros_of
from snapthread.store.schema.queues import BUNDLE, QUEUE, QueuedRow
from snapthread.store.transaction import Transaction

ALBUM: Final = "album:"  # beginnings of the names of bundles, by what they are
PAIR: Final = "pair:"
TEXT: Final = "text:"
PHOTOS_MOST: Final = 10  # one by one before a voice message: as many as an album has
GATHER: Final = micros_of(ALBUM_GATHER_S)


def bundle_name(tx: Transaction, message: Message, waiting: int) -> str | None:
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
    return f"{TEXT}{message.update_id}" if _may_be_cut(message) else None


def _may_be_cut(message: Message) -> bool:
    return utf16_len(message.text) > CUT_TEXT_UNITS


def _continued_bundle(tx: Transaction, message: Message) -> str | None:
    """The cut text that this message goes on with: the one right before it, at the same time."""
    row = _newest(tx, message.conversation)
    if row is None or not str(row.bundle).startswith(TEXT):
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


def end_waiting(tx: Transaction, message: Message, bundle: str | None, now: int) -> None:
    """Half of a pair waits no longer for the other, as something else came."""
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


def wait_for_more(tx: Transaction, message: Message, bundle: str, now: int, quiet: int) -> None:
    """Let the whole bundle wait for its next part. The last part of a cut text, and the second of a
    pair, end the waiting."""
    every = tx.range(BUNDLE, message.conversation, bundle)
    rows = [row for row in every if row.token is None]
    is_last = message.album_id is None and not _may_be_cut(message)
    if bundle.startswith(PAIR):
        is_last = len(every) > 1
    gathered = min(row.arrived_at for row in rows) + GATHER
    ready_at = now if is_last else min(now + quiet, gathered)
    for row in rows:
        tx.update(row, row._replace(ready_at=ready_at))
