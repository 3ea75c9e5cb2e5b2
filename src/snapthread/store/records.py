"""What was used: `ports.Records` on SQLite."""

import sqlite3
from dataclasses import asdict, astuple, fields, replace
from datetime import datetime
from typing import Any, Final

from snapthread.store.codec import dump_record, load_record, record_as_json, seconds
from snapthread.store.rows import Db
from snapthread.usage import RECORDS_KEPT, DailyUsage, TurnRecord, day_of

_COLUMNS: Final = tuple(field.name for field in fields(DailyUsage))
_SUMMED: Final = _COLUMNS[3:]  # after user, day and model
# Sums are added to those that are there.
_ADD: Final = " ON CONFLICT (user_id, day, model) DO UPDATE SET " + ", ".join(
    f"{name} = {name} + excluded.{name}" for name in _SUMMED
)


def write(db: Db, record: TurnRecord) -> None:
    """The record, and its share of the day; who was only refused used nothing."""
    db.execute(
        "INSERT OR REPLACE INTO records (id, at, user_id, record) VALUES (?, ?, ?, ?)",
        (record.id, seconds(record.at), record.user_id, dump_record(record)),
    )
    share = _share(record)
    if share.is_nothing:
        return
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(
        f"INSERT INTO daily ({', '.join(_COLUMNS)}) VALUES ({marks}){_ADD}",  # noqa: S608
        astuple(share),
    )


def _share(record: TurnRecord) -> DailyUsage:
    counted, estimated = record.usage, record.estimated
    return DailyUsage(
        user_id=record.user_id,
        day=day_of(record.at),
        model=record.model,
        messages=record.messages,
        images=record.images,
        image_tokens=record.image_tokens,
        input_tokens=counted.input_tokens + estimated.input_tokens,
        cached_tokens=counted.cached_tokens,
        output_tokens=counted.output_tokens + estimated.output_tokens,
        bytes_uploaded=record.bytes_uploaded,
        cost_micros=record.cost_micros or 0,
        turns_without_price=int(record.cost_micros is None),
    )


def note_delivered(db: Db, record_id: str, delivered_ms: int) -> None:
    db.execute("UPDATE records SET delivered_ms = ? WHERE id = ?", (delivered_ms, record_id))


def usage(db: Db, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
    whose, values = ("", (since,)) if user_id is None else (" AND user_id = ?", (since, user_id))
    rows = db.execute(
        f"SELECT * FROM daily WHERE day >= ?{whose} ORDER BY day, user_id, model",  # noqa: S608
        values,
    )
    return tuple(map(_daily, rows))


def _daily(row: sqlite3.Row) -> DailyUsage:
    is_unknown = row["turns_without_price"] and not row["cost_micros"]
    return DailyUsage(**{**dict(row), "cost_micros": None if is_unknown else row["cost_micros"]})


def records_after(db: Db, at: datetime, record_id: str, *, limit: int) -> tuple[TurnRecord, ...]:
    rows = db.execute(
        "SELECT * FROM records WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
        (seconds(at), record_id, limit),
    )
    return tuple(map(_record, rows))


def _record(row: sqlite3.Row) -> TurnRecord:
    record = load_record(row["record"])
    stages = replace(record.stages, delivered=row["delivered_ms"])
    return replace(record, stages=stages)


def tidy(db: Db, now: datetime) -> int:
    return db.execute("DELETE FROM records WHERE at <= ?", (seconds(now - RECORDS_KEPT),)).rowcount


# ---------------------------------------------------------------- one person


def erase(db: Db, user_id: int) -> None:
    """What all of it cost stays true, of nobody in particular."""
    db.execute("DELETE FROM records WHERE user_id = ?", (user_id,))
    names = ", ".join(_COLUMNS[1:])
    db.execute(
        f"INSERT INTO daily (user_id, {names}) SELECT 0, {names} FROM daily"  # noqa: S608
        f" WHERE user_id = ?{_ADD}",
        (user_id,),
    )
    db.execute("DELETE FROM daily WHERE user_id = ?", (user_id,))


def export(db: Db, user_id: int) -> dict[str, Any]:
    """Of one person, as JSON."""
    rows = db.execute("SELECT * FROM records WHERE user_id = ? ORDER BY at, id", (user_id,))
    return {
        "usage": [asdict(row) for row in usage(db, "", user_id=user_id)],
        "turns": [record_as_json(_record(row)) for row in rows],
    }
