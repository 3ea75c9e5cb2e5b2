"""Messages into the queues, once and in order. Promises: ports/message_queue.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from snapthread.limits import SEEN_S, WAITING_MAX
from snapthread.model import ConversationKey, Message
from snapthread.ports import Arrival
from snapthread.store.codec import micros, micros_of
from snapthread.store.requests import Get
from snapthread.store.rules.bundling import bundle_name, end_waiting, wait_for_more
from snapthread.store.rules.conversations import ensure_conversation, next_id, note_group
from snapthread.store.rules.outgoing import add_to_outbox
from snapthread.store.rules.queued import new_row
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.processes import SEEN, SeenRow
from snapthread.store.transaction import Transaction

SEEN_FOR: Final = micros_of(SEEN_S)


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
    """Note that an update was seen; False where it was seen before."""
    seen = tx.get(SEEN, message.update_id)
    if seen is not None and seen.at > now - SEEN_FOR:
        return False
    tx.put(SEEN, SeenRow(message.update_id, now))
    return True


def _take(tx: Transaction, arrival: Arrival, now: int, quiet: int) -> bool:
    """Put the message in, or say that there is no room; False where that was said already."""
    message, key = arrival.message, arrival.message.conversation
    conversation = ensure_conversation(tx, key)
    if message.is_urgent:
        put_in(tx, message, None, now)
        return True
    if conversation.queued >= WAITING_MAX:
        return _say_full(tx, arrival, now)
    if conversation.is_told_full:
        tx.update(conversation, conversation._replace(is_told_full=0))
    try:
        bundle = bundle_name(tx, message, conversation.queued)
    except ValueError:  # what came before it cannot be read
        bundle = None
    if conversation.queued:
        end_waiting(tx, message, bundle, now)
    put_in(tx, message, bundle, now)
    if bundle is not None:
        wait_for_more(tx, message, bundle, now, quiet)
    return True


def put_in(tx: Transaction, message: Message, bundle: str | None, now: int) -> None:
    """Put a message at the end of its queue."""
    row = ensure_conversation(tx, message.conversation)
    asker = None if message.kind == "command" else message.user_id
    note_group(tx, message.conversation, message.chat_id, asker)
    id, is_urgent = next_id(row, now), message.is_urgent
    queued, urgent = row.queued + (not is_urgent), row.urgent + is_urgent
    tx.update(row, row._replace(last_id=id, queued=queued, urgent=urgent))
    tx.insert(new_row(message, id, now, bundle))


def _say_full(tx: Transaction, arrival: Arrival, now: int) -> bool:
    message, conversation = arrival.message, ensure_conversation(tx, arrival.message.conversation)
    if conversation.is_told_full:
        return False
    tx.update(conversation, conversation._replace(is_told_full=1))
    add_to_outbox(tx, message.conversation, message.destination, [arrival.if_full], now)
    return True
