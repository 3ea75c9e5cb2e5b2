"""Rows that many verbs share: conversations, the lease check, when there is work, and marks."""

import json
import secrets
from collections.abc import Sequence
from typing import Final

from snapthread.errors import ConversationBroken, LeaseLost
from snapthread.model import Claim, ConversationKey, Message, group_of, is_topic
from snapthread.store.codec import load_message
from snapthread.store.rules.times import GATHER_MOST, LEASE_MOST, WAIT_MOST, is_ahead
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    GROUP_CONVERSATIONS,
    ConversationRow,
    GroupConversationRow,
)
from snapthread.store.schema.processes import MARKS, MarkRow
from snapthread.store.schema.queues import BUNDLE, OUTBOX_OF, QUEUE, DeadLetterRow, QueuedRow
from snapthread.store.transaction import Transaction

TOKEN_BITS = 40
# Of a row that cannot be read, and of a mistake of ours; never of a backend.
BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def ensure_conversation(tx: Transaction, key: str) -> ConversationRow:
    """Tokens begin anywhere: one that is made anew after an erasure meets no older claim."""
    row = tx.get(CONVERSATIONS, key)
    return row or tx.insert(ConversationRow(key=key, token=secrets.randbits(TOKEN_BITS)))


def owned_conversation(tx: Transaction, claim: Claim) -> ConversationRow | None:
    """The conversation, where nobody else has it by now."""
    row = tx.get(CONVERSATIONS, claim.conversation)
    is_ours = row is not None and row.token == claim.token and row.epoch == claim.epoch
    return row if is_ours else None


def check_lease(tx: Transaction, claim: Claim, *, live_at: int | None = None) -> ConversationRow:
    """The conversation, where the claim still holds it; else LeaseLost.

    A claim whose time is over but that nobody replaced still holds it, unless `live_at` is given.
    """
    row = owned_conversation(tx, claim)
    if row is None or (live_at is not None and (row.lease_until or 0) <= live_at):
        raise LeaseLost(claim.conversation)
    return row


def is_held(row: ConversationRow | None, now: int) -> bool:
    """Does a worker hold it now?"""
    until = None if row is None else row.lease_until
    return until is not None and is_ahead(until, now, LEASE_MOST)


def held_until(row: ConversationRow | None, now: int) -> int:
    """Another process may be asking right now: what it asks with stays until its lease is over."""
    until = row.lease_until if row is not None and is_held(row, now) else None
    return now if until is None else until


def next_id(row: ConversationRow, now: int) -> int:
    """The next number of a conversation's messages, parts and items: the time, so that numbers of
    all conversations are in order, and none comes twice after an erasure."""
    return max(row.last_id + 1, now)


# ---------------------------------------------------------------- the answer that grows


def stream_of(row: ConversationRow) -> tuple[int, ...]:
    """Our messages that show it, in order."""
    if row.stream is None:
        return ()
    return (row.stream, *json.loads(row.stream_rest or "[]"))


def with_stream(row: ConversationRow, message_ids: Sequence[int]) -> ConversationRow:
    first, rest = next(iter(message_ids), None), message_ids[1:]
    return row._replace(stream=first, stream_rest=json.dumps(list(rest)) if rest else None)


# ---------------------------------------------------------------- when there is work


def refresh_ready(tx: Transaction, key: str, *, now: int | None = None) -> None:
    """Work out anew when the conversation has work: parts first, else its oldest message. With
    `now` it takes its place behind those that are ready already, and what a clock that was set
    back has put off is work at once."""
    row = tx.get(CONVERSATIONS, key)
    if row is None:
        return
    at = _work_at(tx, row)
    if at is not None and now is not None:
        at = now if at > now + GATHER_MOST else max(at, now)
    tx.update(row, row._replace(ready_at=None if at is None else max(row.not_before, at)))


def waits_until(row: ConversationRow, now: int) -> int:
    """When it has work; `now`, or before it, where it has that already, or is put off further than
    it can be: a pause may take minutes, what waits for the rest of an album does not."""
    at = row.ready_at or 0
    most = WAIT_MOST if at <= row.not_before else GATHER_MOST
    return at if is_ahead(at, now, most) else min(at, now)


def _work_at(tx: Transaction, row: ConversationRow) -> int | None:
    """While an urgent command waits, no message is work: it would be asked on what the command is
    about to end."""
    if row.undelivered:
        part = tx.first(OUTBOX_OF, row.key)
        return part.at if part else None
    head = tx.first(QUEUE, row.key, 0) if row.queued and not row.urgent else None
    return head.ready_at if head else None


def read_message(row: QueuedRow | DeadLetterRow) -> Message:
    """Raises ConversationBroken."""
    try:
        return load_message(row.message)
    except BROKEN as error:
        raise ConversationBroken(row.conversation) from error


def waiting_command(tx: Transaction, command: Message) -> QueuedRow | None:
    """The urgent command that this update brought; None where it is done with."""
    row = tx.get(CONVERSATIONS, command.conversation)
    urgent = tx.range(QUEUE, command.conversation, 1) if row is not None and row.urgent else []
    return next((row for row in urgent if row.update_id == command.update_id), None)


def claimed_messages(tx: Transaction, claim: Claim) -> list[QueuedRow]:
    """The messages that the claim works on: the oldest, with what belongs to it."""
    row = tx.get(CONVERSATIONS, claim.conversation)
    head = tx.first(QUEUE, claim.conversation, 0) if row is not None and row.queued else None
    if head is None or head.token != claim.token:
        return []
    return [each for each in bundle_of(tx, head) if each.token == claim.token]


def bundle_of(tx: Transaction, head: QueuedRow) -> list[QueuedRow]:
    """A message with the parts of its album, or of its cut text."""
    return [head] if head.bundle is None else tx.range(BUNDLE, head.conversation, head.bundle)


def dequeue(tx: Transaction, key: str, rows: Sequence[QueuedRow]) -> int:
    """These messages are done with."""
    row = tx.get(CONVERSATIONS, key)
    urgent = sum(message.is_urgent for message in rows)
    if row is not None:
        queued = row.queued - len(rows) + urgent
        tx.update(row, row._replace(queued=queued, urgent=row.urgent - urgent))
    return tx.delete_all(rows)


# ---------------------------------------------------------------- groups


def note_group(tx: Transaction, key: str, chat_id: int, asker: int | None = None) -> None:
    """Note the chat, and who asked last, of a conversation of a group or a topic."""
    conversation = ConversationKey(key)
    if group_of(conversation) is None and not is_topic(conversation):
        return
    row = tx.get(GROUP_CONVERSATIONS, key)
    if row is None:
        tx.insert(GroupConversationRow(key, chat_id, asker))
    elif asker is not None:
        tx.update(row, row._replace(asker=asker))


# ---------------------------------------------------------------- marks


def has_mark(tx: Transaction, name: str) -> bool:
    return tx.get(MARKS, name) is not None


def bars(tx: Transaction, name: str, now: int, *, wait: int | None) -> bool:
    """Is the mark set, and has it not run out?"""
    mark = tx.get(MARKS, name)
    return mark is not None and (
        mark.until is None or is_ahead(mark.until, now, mark.until if wait is None else wait)
    )


def set_mark(
    tx: Transaction, name: str, now: int, *, wait: int | None, conversation: str | None = None
) -> bool:
    """Set a mark, for a while or for ever; False where it was set and has not run out."""
    if bars(tx, name, now, wait=wait):
        return False
    until = None if wait is None else now + wait
    tx.put(MARKS, MarkRow(key=name, until=until, conversation=conversation))
    return True
