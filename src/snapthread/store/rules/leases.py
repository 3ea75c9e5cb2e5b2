"""The lease of a claim: renewed, given back, borrowed; and conversations that are put off.

Promises: ports/message_queue.py and ports/file_ledger.py.
"""

from datetime import datetime

from snapthread.errors import ConversationBroken
from snapthread.model import Claim, ConversationKey
from snapthread.store.codec import micros, micros_of
from snapthread.store.rules.conversations import is_held, owned_conversation
from snapthread.store.rules.queued import bury, claimed_messages, dequeue, read_message
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.times import WAIT_MOST, is_ahead
from snapthread.store.schema.conversations import CONVERSATIONS, ConversationRow
from snapthread.store.schema.queues import QUEUE
from snapthread.store.transaction import Transaction


def renew(tx: Transaction, claim: Claim, now: datetime, *, lease_s: float) -> bool:
    row = owned_conversation(tx, claim)
    if row is None or row.lease_until is None:
        return False
    tx.update(row, row._replace(lease_until=micros(now) + micros_of(lease_s)))
    return True


def release(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    not_before: datetime | None = None,
    uncount: bool = False,
) -> None:
    row = owned_conversation(tx, claim)
    if row is None:
        return
    for message in claimed_messages(tx, claim):
        attempts = message.attempts + (not uncount)
        tx.update(message, message._replace(token=None, attempts=attempts))
    pause = _pause_of(row, micros(now))  # who only borrowed it does not end its pause
    if not_before is not None:
        pause = max(pause, micros(not_before))
    tx.update(row, row._replace(token=row.token + 1, lease_until=None, not_before=pause))
    refresh_ready(tx, claim.conversation, now=micros(now))


def _pause_of(row: ConversationRow, now: int) -> int:
    """The end of its pause; 0 where it has none, or one further ahead than can be."""
    return row.not_before if is_ahead(row.not_before, now, WAIT_MOST) else 0


def put_off(tx: Transaction, key: str, now: datetime, *, until: datetime) -> None:
    row = tx.get(CONVERSATIONS, key)
    if row is not None:
        tx.update(row, row._replace(not_before=micros(until)))
    for command in tx.range(QUEUE, key, 1):
        try:
            read_message(command)
        except ConversationBroken:
            bury(tx, command, micros(now))
            dequeue(tx, key, [command])
    refresh_ready(tx, key)


def borrow(tx: Transaction, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
    row, at = tx.get(CONVERSATIONS, key), micros(now)
    if row is None or is_held(row, at):
        return None
    row = tx.update(row, row._replace(token=row.token + 1, lease_until=at + micros_of(lease_s)))
    return Claim(conversation=key, token=row.token, epoch=row.epoch)
