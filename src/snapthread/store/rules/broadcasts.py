"""Messages to everybody: one at a time, each person once, by their number.

What was done is one number, the last person's: who is killed goes on behind it. Whoever came after
the broadcast began is not told of it.

Promises: ports/admissions.py.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final, cast

from snapthread.model.people import Broadcast, BroadcastState, Person, Reached
from snapthread.store.codec import micros, moment
from snapthread.store.rules.audit import write_audit
from snapthread.store.rules.standings import load_person
from snapthread.store.schema.people import (
    BROADCASTS,
    BROADCASTS_AT,
    BROADCASTS_IN,
    PEOPLE_ALL,
    BroadcastRow,
)
from snapthread.store.transaction import Transaction

DRAFTS_KEPT: Final = timedelta(hours=2)
KEPT: Final = timedelta(days=400)


def draft_broadcast(tx: Transaction, text: str, now: datetime, *, by: int) -> str:
    id = secrets.token_hex(6)
    tx.insert(BroadcastRow(id, micros(now), by, "draft", text))
    return id


def start_broadcast(tx: Transaction, id: str, now: datetime, *, by: int) -> bool:
    """False where it is no draft any more: somebody was first, or it is too old."""
    row, at = tx.get(BROADCASTS, id), micros(now)
    if row is None or row.state != "draft":
        return False
    tx.update(row, row._replace(state="sending", at=at, by=by))
    write_audit(tx, at, by, "broadcast", detail=id)
    return True


def drop_broadcast(tx: Transaction, id: str, now: datetime, *, by: int) -> bool:
    """A draft is gone, and one that is being sent ends here; False for any other."""
    row = tx.get(BROADCASTS, id)
    if row is None or row.state not in {"draft", "sending"}:
        return False
    if row.state == "sending":
        write_audit(tx, micros(now), by, "broadcast_stopped", detail=id)
    tx.update(row, row._replace(state="stopped", text=""))
    return True


def broadcast_to_send(tx: Transaction) -> Broadcast | None:
    row = tx.first(BROADCASTS_IN, "sending")
    return _broadcast(row) if row else None


def broadcast(tx: Transaction, id: str) -> Broadcast | None:
    row = tx.get(BROADCASTS, id)
    return _broadcast(row) if row else None


def people_left(tx: Transaction, broadcast: Broadcast) -> int:
    return tx.count(PEOPLE_ALL, low=broadcast.after + 1)


def recent_broadcasts(tx: Transaction, *, limit: int) -> tuple[Broadcast, ...]:
    """Newest first."""
    return tuple(map(_broadcast, tx.range(BROADCASTS_AT, limit=limit, is_reversed=True)))


def next_people(tx: Transaction, broadcast: Broadcast, *, limit: int) -> tuple[Person, ...]:
    rows = tx.range(PEOPLE_ALL, low=broadcast.after + 1, limit=limit)
    return tuple(map(load_person, rows))


def note_reached(tx: Transaction, id: str, user_id: int, reached: Reached) -> bool:
    """False where somebody else was there already, or it was stopped: then nobody goes on."""
    row = tx.get(BROADCASTS, id)
    if row is None or row.state != "sending" or row.after >= user_id:
        return False
    tx.update(
        row,
        row._replace(
            after=user_id,
            sent=row.sent + (reached == "sent"),
            blocked=row.blocked + (reached == "blocked"),
            failed=row.failed + (reached == "failed"),
        ),
    )
    return True


def finish_broadcast(tx: Transaction, id: str) -> Broadcast | None:
    """Once; its text is not needed any more."""
    row = tx.get(BROADCASTS, id)
    if row is None or row.state != "sending":
        return None
    return _broadcast(tx.update(row, row._replace(state="done", text="")))


def _broadcast(row: BroadcastRow) -> Broadcast:
    return Broadcast(
        id=row.id,
        at=moment(row.at),
        by=row.by,
        state=cast("BroadcastState", row.state),
        text=row.text,
        after=row.after,
        sent=row.sent,
        blocked=row.blocked,
        failed=row.failed,
    )


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    drafts = tx.range(BROADCASTS_IN, "draft", high=micros(now - DRAFTS_KEPT), limit=limit)
    return tx.delete_all(drafts) + tx.delete_all(
        row
        for row in tx.range(BROADCASTS_AT, high=micros(now - KEPT), limit=limit)
        if row.state != "sending"
    )
