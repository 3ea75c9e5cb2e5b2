"""What was used: `ports.Records` on SQLite."""

import sqlite3
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any, Final

from snapthread.store.codec import dump_record, load_daily, load_turn, seconds, used_as_json
from snapthread.store.sqlite.rows import Db
from snapthread.usage import RECORDS_KEPT, DailyUsage, TurnRecord, share_of

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
    share = share_of(record)
    if share.is_nothing:
        return
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(
        f"INSERT INTO daily ({', '.join(_COLUMNS)}) VALUES ({marks}){_ADD}",  # noqa: S608
        astuple(share),
    )


def note_delivered(db: Db, record_id: str, delivered_ms: int) -> None:
    db.execute("UPDATE records SET delivered_ms = ? WHERE id = ?", (delivered_ms, record_id))


def usage(db: Db, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
    whose, values = ("", (since,)) if user_id is None else (" AND user_id = ?", (since, user_id))
    rows = db.execute(
        f"SELECT * FROM daily WHERE day >= ?{whose} ORDER BY day, user_id, model",  # noqa: S608
        values,
    )
    return tuple(load_daily(dict(row)) for row in rows)


def records_after(db: Db, at: datetime, record_id: str, *, limit: int) -> tuple[TurnRecord, ...]:
    rows = db.execute(
        "SELECT * FROM records WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
        (seconds(at), record_id, limit),
    )
    return tuple(map(_record, rows))


def _record(row: sqlite3.Row) -> TurnRecord:
    return load_turn(row["record"], row["delivered_ms"])


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
    return used_as_json(usage(db, "", user_id=user_id), map(_record, rows))
