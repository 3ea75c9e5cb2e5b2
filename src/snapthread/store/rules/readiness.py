"""The times at which a conversation has work, and the next can be claimed.

Promises: ports/message_queue.py.
"""

from datetime import datetime
from typing import Final

from snapthread.store.codec import micros, moment
from snapthread.store.requests import Range
from snapthread.store.rules.conversations import is_held
from snapthread.store.rules.times import GATHER_MOST, WAIT_MOST, is_ahead
from snapthread.store.schema.conversations import CONVERSATIONS, HELD, READY, ConversationRow
from snapthread.store.schema.queues import OUTBOX_OF, QUEUE
from snapthread.store.transaction import Transaction

LEFT_PER_LOOK: Final = 20  # conversations of workers that died, looked at for one claim


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
    """The time at which it has work; `now`, or before it, where it has that already, or is put off
    further than it can be: a pause may take minutes, the rest of an album does not."""
    at = row.ready_at or 0
    most = WAIT_MOST if at <= row.not_before else GATHER_MOST
    return at if is_ahead(at, now, most) else min(at, now)


def _work_at(tx: Transaction, row: ConversationRow) -> int | None:
    """The time at which its oldest part or message is ready. While an urgent command waits no
    message is: it would be asked on what the command is about to end."""
    if row.undelivered:
        part = tx.first(OUTBOX_OF, row.key)
        return part.at if part else None
    head = tx.first(QUEUE, row.key, 0) if row.queued and not row.urgent else None
    return head.ready_at if head else None


def next_wake(tx: Transaction, now: datetime) -> datetime | None:
    """The time at which the next conversation can be claimed: the first that nobody holds, and a
    short walk over the held, no further than could be earlier."""
    at = micros(now)
    put_off = Range(READY, low=at + GATHER_MOST + 1, limit=LEFT_PER_LOOK)
    free = Range(READY, limit=1)
    tx.expect(put_off, free, Range(HELD))
    wakes = [_wakes_at(row, at) for row in (*tx.rows(put_off), *tx.rows(free))]
    for row in tx.range(HELD):
        if wakes and (row.lease_until or 0) >= min(wakes):
            break
        wakes.append(_wakes_at(row, at))
    return moment(max(min(wakes), at)) if wakes else None


def _wakes_at(row: ConversationRow, now: int) -> int:
    free_at = row.lease_until if row.lease_until is not None and is_held(row, now) else 0
    return max(waits_until(row, now), free_at)
