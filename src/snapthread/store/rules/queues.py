"""Waiting messages and dead letters, and how much there is to do, for operators.

Promises: ports/message_queue.py and ports/store.py.
"""

from datetime import datetime

from snapthread.model import Backlog, ConversationKey, QueuedMessage
from snapthread.store.codec import micros, moment
from snapthread.store.rules.accepting import put_in
from snapthread.store.rules.conversations import ensure_conversation
from snapthread.store.rules.deletions import LONGEST_UPLOAD
from snapthread.store.rules.queued import read_message
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import LEAVING, RETIRED, SHOWN_NAMES, UNSETTLED
from snapthread.store.schema.queues import (
    ALL_QUEUED,
    DEAD_AT,
    DEAD_LETTERS,
    DeadLetterRow,
    QueuedRow,
)
from snapthread.store.transaction import Transaction


def waiting(tx: Transaction, *, limit: int, dead: bool = False) -> tuple[QueuedMessage, ...]:
    if dead:
        return tuple(_waiting(row, row.at) for row in tx.range(DEAD_AT, limit=limit))
    rows = tx.range(ALL_QUEUED, limit=limit)
    tx.get_all(CONVERSATIONS, dict.fromkeys(row.conversation for row in rows))
    return tuple(_waiting(row, row.arrived_at, is_held=is_worked_on(tx, row)) for row in rows)


def _waiting(row: QueuedRow | DeadLetterRow, at: int, *, is_held: bool = False) -> QueuedMessage:
    return QueuedMessage(
        update_id=row.update_id,
        conversation=ConversationKey(row.conversation),
        kind=row.kind,
        arrived_at=moment(at),
        attempts=row.attempts,
        is_held=is_held,
    )


def is_worked_on(tx: Transaction, row: QueuedRow) -> bool:
    conversation = tx.get(CONVERSATIONS, row.conversation)
    return (
        conversation is not None
        and conversation.lease_until is not None
        and row.token == conversation.token
    )


def replay(tx: Transaction, update_id: int, now: datetime) -> bool:
    row = tx.get(DEAD_LETTERS, update_id)
    if row is None:
        return False
    message = read_message(row)
    tx.delete(row)
    ensure_conversation(tx, message.conversation)
    put_in(tx, message, None, micros(now))
    refresh_ready(tx, message.conversation)
    return True


def drop_dead_letter(tx: Transaction, update_id: int) -> bool:
    row = tx.get(DEAD_LETTERS, update_id)
    if row is not None:
        tx.delete(row)
    return row is not None


def backlog(tx: Transaction, now: datetime) -> Backlog:
    at = micros(now)
    return Backlog(
        messages=tx.count(ALL_QUEUED),
        files=tx.count(RETIRED) + tx.count(LEAVING, high=at),
        unsettled=tx.count(UNSETTLED, high=at - LONGEST_UPLOAD),
        dead_letters=tx.count(DEAD_AT),
        live_files=tx.count(SHOWN_NAMES),
    )
