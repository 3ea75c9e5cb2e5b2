"""Decisions of admins: each leaves a row that says who decided what about whom.

Promises: ports/standings.py.
"""

import secrets
from datetime import datetime
from typing import Any, cast

from snapthread.model.people import NOBODY, Decided, Decision
from snapthread.model.usage import RECORDS_KEPT
from snapthread.store.codec import micros, moment
from snapthread.store.schema.people import AUDIT_AT, AUDIT_OF, AuditRow, PersonRow
from snapthread.store.transaction import Transaction


def record_decision(
    tx: Transaction,
    row: PersonRow,
    now: datetime,
    by: int,
    action: Decided,
    *,
    detail: str = "",
    **changes: Any,
) -> None:
    at = micros(now)
    tx.update(row, row._replace(decided_at=at, decided_by=by, **changes))
    write_audit(tx, at, by, action, row.user_id, detail)


def write_audit(
    tx: Transaction, at: int, by: int, action: Decided, user_id: int = NOBODY, detail: str = ""
) -> None:
    tx.insert(AuditRow(secrets.token_hex(8), at, by, action, user_id, detail))


def decisions(tx: Transaction, *, limit: int, user_id: int | None = None) -> tuple[Decision, ...]:
    """Newest first."""
    if user_id is None:
        rows = tx.range(AUDIT_AT, limit=limit, is_reversed=True)
    else:
        rows = tx.range(AUDIT_OF, user_id, limit=limit, is_reversed=True)
    return tuple(map(_decision, rows))


def _decision(row: AuditRow) -> Decision:
    return Decision(
        at=moment(row.at),
        by=row.by,
        action=cast("Decided", row.action),
        user_id=row.user_id,
        detail=row.detail,
    )


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    return tx.delete_all(tx.range(AUDIT_AT, high=micros(now - RECORDS_KEPT), limit=limit))
