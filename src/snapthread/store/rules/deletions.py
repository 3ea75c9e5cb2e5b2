"""Retired files on their way out, and intents of unknown outcome.

Promises: ports/file_ledger.py.
"""

from datetime import datetime
from typing import Final

from snapthread.limits import LONGEST_UPLOAD_S
from snapthread.model import Deletion, FileName
from snapthread.store.codec import micros, micros_of, moment
from snapthread.store.schema.files import DUE, FILES, UNSETTLED, FileRow
from snapthread.store.transaction import Transaction

LONGEST_UPLOAD: Final = micros_of(LONGEST_UPLOAD_S)
FAILING_TRIES: Final = 3  # what is merely away for a minute is deleted by then


def files_due(
    tx: Transaction, now: datetime, *, limit: int, lease_s: float, without_id: bool = False
) -> tuple[Deletion, ...]:
    at = micros(now)
    rows = _intents_due(tx, at)[:limit] if without_id else tx.range(DUE, high=at, limit=limit)
    return tuple(_begin_deletion(tx, row, due_at=at + micros_of(lease_s)) for row in rows)


def _intents_due(tx: Transaction, at: int) -> list[FileRow]:
    rows = tx.range(UNSETTLED, high=at - LONGEST_UPLOAD)
    return [row for row in rows if row.state == "intended" or (row.due_at or 0) <= at]


def _begin_deletion(tx: Transaction, row: FileRow, *, due_at: int) -> Deletion:
    """Count the attempt, and let nobody else begin one for a while."""
    row = tx.update(
        row,
        row._replace(
            state="retired",
            reason=row.reason or "cut off",  # an intent without an end
            due_at=due_at,
            attempts=row.attempts + 1,
        ),
    )
    return Deletion(
        name=FileName(row.name),
        openai_id=row.openai_id,
        reason=row.reason or "",
        attempts=row.attempts,
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at) if row.expires_at else None,
    )


def failing_deletions(tx: Transaction) -> int:
    return sum(row.attempts > FAILING_TRIES for row in tx.range(DUE))


def delete_file(tx: Transaction, name: FileName) -> None:
    """Delete the row of a file that is gone; not one that was recorded anew meanwhile."""
    row = tx.get(FILES, name)
    if row is None or row.state != "retired":
        return
    if row.openai_id is None or row.attempts > 0:
        tx.delete(row)


def retry_later(tx: Transaction, name: FileName, at: datetime) -> None:
    row = tx.get(FILES, name)
    if row is not None and row.state == "retired":
        tx.update(row, row._replace(due_at=micros(at)))
