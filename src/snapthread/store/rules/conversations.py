"""The row of a conversation: made, checked against a claim, and what it says of its answer."""

import json
import secrets
from collections.abc import Sequence

from snapthread.errors import ConversationBroken, LeaseLost
from snapthread.model import Claim, ConversationKey, group_of, is_topic
from snapthread.store.rules.times import LEASE, LEASE_MOST, is_ahead
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    GROUP_CONVERSATIONS,
    ConversationRow,
    GroupConversationRow,
)
from snapthread.store.transaction import Transaction

TOKEN_BITS = 40


def ensure_conversation(tx: Transaction, key: str) -> ConversationRow:
    """The row of a conversation, made where there is none. Its token begins anywhere: one that is
    made anew after an erasure meets no older claim."""
    row = tx.get(CONVERSATIONS, key)
    return row or tx.insert(ConversationRow(key=key, token=secrets.randbits(TOKEN_BITS)))


def existing_conversation(tx: Transaction, key: str) -> ConversationRow:
    """The row of a conversation of which there is something else: a message, an exchange. Raises
    ConversationBroken where it is missing."""
    row = tx.get(CONVERSATIONS, key)
    if row is None:
        raise ConversationBroken(key)
    return row


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


def asked_until(row: ConversationRow | None, now: int) -> int:
    """The time until which a request that names its files may still be sent: a lease from now where
    a worker has it, or did not give it back, as no request is older than that when it is sent."""
    if row is None or row.lease_until is None:
        return now
    return max(now + LEASE, row.lease_until if is_held(row, now) else 0)


def next_id(row: ConversationRow, now: int) -> int:
    """The next number of a conversation's messages, parts and items: the time, so that numbers of
    all conversations are in order, and none comes twice after an erasure."""
    return max(row.last_id + 1, now)


def stream_of(row: ConversationRow) -> tuple[int, ...]:
    """Our messages that show the answer as it grows, in order."""
    if row.stream is None:
        return ()
    return (row.stream, *json.loads(row.stream_rest or "[]"))


def with_stream(row: ConversationRow, message_ids: Sequence[int]) -> ConversationRow:
    first, rest = next(iter(message_ids), None), message_ids[1:]
    return row._replace(stream=first, stream_rest=json.dumps(list(rest)) if rest else None)


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
