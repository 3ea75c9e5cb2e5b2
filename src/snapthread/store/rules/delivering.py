"""An answer in the chat: where it grows, what of it was sent, and the end of its claim.

Promises: ports/deliveries.py and ports/conversations.py.
"""

from collections.abc import Sequence
from datetime import datetime

from snapthread.model import Claim, OutboxMessage
from snapthread.store.codec import micros
from snapthread.store.requests import Get
from snapthread.store.rules.conversations import check_lease, with_stream
from snapthread.store.rules.exchanges import exchange_to_expect, note_sent
from snapthread.store.rules.feedback import note_answers
from snapthread.store.rules.groups import end_guest
from snapthread.store.rules.leases import release
from snapthread.store.rules.outgoing import drop
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.records import note_delivered
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.queues import OUTBOX_OF
from snapthread.store.schema.usage import RECORDS
from snapthread.store.transaction import Transaction


def note_stream(tx: Transaction, claim: Claim, message_ids: Sequence[int]) -> None:
    row = check_lease(tx, claim)
    tx.update(row, with_stream(row, message_ids))


def note_guest(tx: Transaction, claim: Claim, inline_id: str) -> None:
    row = check_lease(tx, claim)
    tx.update(row, row._replace(inline_id=inline_id))


def mark_sent(
    tx: Transaction, claim: Claim, part: OutboxMessage, message_ids: Sequence[int] = ()
) -> None:
    if part.turn is not None:
        tx.expect(exchange_to_expect(claim.conversation, part.turn))
    rows = [row for row in tx.range(OUTBOX_OF, claim.conversation) if row.id == part.id]
    if rows:
        drop(tx, claim.conversation, rows)
        note_sent(tx, claim.conversation, part.turn, message_ids)
        refresh_ready(tx, claim.conversation)


def drop_outbox(tx: Transaction, claim: Claim) -> int:
    check_lease(tx, claim)
    count = drop(tx, claim.conversation, tx.range(OUTBOX_OF, claim.conversation))
    refresh_ready(tx, claim.conversation)
    return count


def conclude(
    tx: Transaction,
    claim: Claim,
    part: OutboxMessage,
    now: datetime,
    *,
    record_id: str,
    delivered_ms: int,
    message_ids: Sequence[int] = (),
    sent: Sequence[int] = (),
) -> bool:
    tx.expect(Get(RECORDS, (record_id,)), Get(CONVERSATIONS, (claim.conversation,)))
    mark_sent(tx, claim, part, sent)
    note_delivered(tx, record_id, delivered_ms)
    note_answers(tx, part.to.chat_id, message_ids, record_id, now)
    release(tx, claim, now)
    end_guest(tx, claim, micros(now))
    row = tx.get(CONVERSATIONS, claim.conversation)
    return row is not None and row.ready_at is not None
