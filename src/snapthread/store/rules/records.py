"""Usage: records of turns, and the sums of their days. Promises: ports/usage_ledger.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from snapthread.model import ConversationKey, group_of
from snapthread.model.usage import RECORDS_KEPT, DailyUsage, TurnRecord, day_of, share_of
from snapthread.store.codec import dump_record, load_daily, load_turn, micros, used_as_json
from snapthread.store.rules.standings import note_answered
from snapthread.store.schema.usage import (
    DAYS_OF,
    DAYS_ON,
    GROUP_DAYS_OF,
    GROUP_DAYS_ON,
    RECORDS,
    RECORDS_AT,
    RECORDS_OF,
    DayRow,
    GroupDayRow,
    RecordRow,
)
from snapthread.store.transaction import Transaction

NOBODY: Final = 0  # whose sums are those of everybody who was erased


def write(tx: Transaction, record: TurnRecord, conversation: str) -> None:
    """Write a record, and add its share to the day; a turn that was only refused used nothing.
    Where the reservation was charged already, because the turn took too long, take that back."""
    if (charged := tx.get(RECORDS, record.id, is_new=True)) is not None:
        _add_share(tx, _record(charged), conversation, times=-1)
    row = RecordRow(record.id, micros(record.at), record.user_id, dump_record(record))
    tx.put(RECORDS, row)
    _add_share(tx, record, conversation)


def _add_share(tx: Transaction, record: TurnRecord, conversation: str, *, times: int = 1) -> None:
    share = share_of(record)
    if share.is_nothing:
        return
    note_answered(tx, record.user_id, record.at)
    tx.add(
        DayRow(share.user_id, share.day, share.model, *_counts(share, DayRow._fields[3:], times))
    )
    chat_id = group_of(ConversationKey(conversation))
    if chat_id is not None:
        tx.add(GroupDayRow(chat_id, share.day, *_counts(share, GroupDayRow._fields[2:], times)))


def _counts(share: DailyUsage, names: Sequence[str], times: int) -> list[int]:
    return [times * getattr(share, name) for name in names]


def note_delivered(tx: Transaction, record_id: str, delivered_ms: int) -> None:
    row = tx.get(RECORDS, record_id)
    if row is not None:
        tx.update(row, row._replace(delivered_ms=delivered_ms))


def usage(tx: Transaction, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
    if user_id is None:
        rows = tx.range(DAYS_ON, low=since)
    else:
        rows = tx.range(DAYS_OF, user_id, low=since)
    rows.sort(key=lambda row: (row.day, row.user_id, row.model))
    return tuple(load_daily(row._asdict()) for row in rows)


def group_usage(tx: Transaction, chat_id: int, since: str) -> tuple[DailyUsage, ...]:
    rows = tx.range(GROUP_DAYS_OF, chat_id, low=since)
    return tuple(
        DailyUsage(
            user_id=NOBODY, model="", **{n: getattr(row, n) for n in GroupDayRow._fields[1:]}
        )
        for row in rows
    )


def records_after(
    tx: Transaction, at: datetime, record_id: str, *, limit: int
) -> tuple[TurnRecord, ...]:
    rows = tx.range(RECORDS_AT, after=(micros(at), (record_id,)), limit=limit)
    return tuple(map(_record, rows))


def last_records(tx: Transaction, user_id: int, *, limit: int) -> tuple[TurnRecord, ...]:
    return tuple(map(_record, tx.range(RECORDS_OF, user_id, limit=limit, is_reversed=True)))


def _record(row: RecordRow) -> TurnRecord:
    return load_turn(row.record, row.delivered_ms)


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    oldest = now - RECORDS_KEPT
    return tx.delete_all(tx.range(RECORDS_AT, high=micros(oldest), limit=limit)) + tx.delete_all(
        tx.range(GROUP_DAYS_ON, high=day_of(oldest), limit=limit)
    )


# ---------------------------------------------------------------- one person


def erase(tx: Transaction, user_id: int) -> None:
    """Keep an erased person's sums as nobody's: the totals stay true."""
    tx.delete_all(tx.range(RECORDS_OF, user_id))
    for row in tx.range(DAYS_OF, user_id):
        tx.delete(row)
        tx.add(row._replace(user_id=NOBODY))


def export(tx: Transaction, user_id: int) -> dict[str, Any]:
    """One person's records, as JSON."""
    records = map(_record, tx.range(RECORDS_OF, user_id))
    return used_as_json(usage(tx, "", user_id=user_id), records)
