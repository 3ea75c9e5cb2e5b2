"""What may be used: `ports.Quotas` on SQLite."""

import sqlite3
from datetime import datetime

from snapthread.model import Claim, ConversationKey
from snapthread.store.codec import dump_record, load_record, moment, seconds
from snapthread.store.sqlite.records import write
from snapthread.store.sqlite.rows import Db, held
from snapthread.usage import (
    STALE,
    Amounts,
    LimitExceeded,
    Limits,
    Spending,
    TurnRecord,
    amounts_of,
    broken_off,
    day_of,
    first_over,
    month_of,
)

BOT = "bot"  # the payer of everything


def reserve(
    db: Db, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
) -> LimitExceeded | None:
    held(db, claim)
    row = _of_conversation(db, claim.conversation)
    if row is not None and row["id"] != estimate.id:
        _charge_broken(db, row)
        row = None
    at = moment(row["at"]) if row else now
    more = amounts_of(estimate) - (amounts_of(load_record(row["record"])) if row else Amounts())
    over = first_over(limits, spent(db, payer, at), more, now)
    if over is None:
        _count(db, payer, at, more)
        _put(db, claim.conversation, payer, at, estimate)
    return over


def _put(db: Db, key: ConversationKey, payer: str, at: datetime, estimate: TurnRecord) -> None:
    db.execute(
        "INSERT OR REPLACE INTO reservations (conversation, id, payer, at, record)"
        " VALUES (?, ?, ?, ?, ?)",
        (key, estimate.id, payer, seconds(at), dump_record(estimate)),
    )


def revise(db: Db, record: TurnRecord) -> bool:
    row = db.execute("SELECT * FROM reservations WHERE id = ?", (record.id,)).fetchone()
    if row is None:
        return False
    _recount(db, row, record)
    db.execute("UPDATE reservations SET record = ? WHERE id = ?", (dump_record(record), record.id))
    return True


def settle(db: Db, key: ConversationKey, record: TurnRecord | None) -> None:
    """The turn has ended: its record is written in the place of its reservation."""
    row = _of_conversation(db, key)
    if row is not None and record is not None and row["id"] == record.id:
        _recount(db, row, record)
        _forget(db, row)
    else:
        charge(db, key)
    if record is not None:
        write(db, record)


def charge(db: Db, key: ConversationKey) -> None:
    """The conversation's reservation, if it has one, is charged as it says."""
    row = _of_conversation(db, key)
    if row is not None:
        _charge(db, row)


def settle_stale(db: Db, now: datetime, *, limit: int) -> int:
    rows = db.execute(
        "SELECT * FROM reservations WHERE at <= ? ORDER BY at LIMIT ?",
        (seconds(now - STALE), limit),
    ).fetchall()
    for row in rows:
        _charge_broken(db, row)
    return len(rows)


def _charge(db: Db, row: sqlite3.Row) -> None:
    write(db, load_record(row["record"]))
    _forget(db, row)


def _charge_broken(db: Db, row: sqlite3.Row) -> None:
    record = broken_off(load_record(row["record"]))
    _recount(db, row, record)
    write(db, record)
    _forget(db, row)


def _forget(db: Db, row: sqlite3.Row) -> None:
    db.execute("DELETE FROM reservations WHERE conversation = ?", (row["conversation"],))


def _recount(db: Db, row: sqlite3.Row, record: TurnRecord) -> None:
    """Where its month was tidied away meanwhile, nothing is left to count in."""
    more = amounts_of(record) - amounts_of(load_record(row["record"]))
    for whose, period in _periods(row["payer"], moment(row["at"])):
        db.execute(
            "UPDATE tallies SET messages = messages + ?, images = images + ?,"
            " cost_micros = cost_micros + ? WHERE payer = ? AND period = ?",
            (more.messages, more.images, more.cost_micros, whose, period),
        )


def _of_conversation(db: Db, key: ConversationKey) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM reservations WHERE conversation = ?", (key,)
    ).fetchone()
    return row


# ---------------------------------------------------------------- tallies


def _periods(payer: str, at: datetime) -> tuple[tuple[str, str], ...]:
    """Whose tallies, and of when."""
    return (payer, day_of(at)), (payer, month_of(at)), (BOT, month_of(at))


def _count(db: Db, payer: str, at: datetime, more: Amounts) -> None:
    for whose, period in _periods(payer, at):
        db.execute(
            "INSERT INTO tallies (payer, period, messages, images, cost_micros)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (payer, period) DO UPDATE SET"
            " messages = messages + excluded.messages, images = images + excluded.images,"
            " cost_micros = cost_micros + excluded.cost_micros",
            (whose, period, more.messages, more.images, more.cost_micros),
        )


def spent(db: Db, payer: str, now: datetime) -> Spending:
    return Spending(
        day=_tally(db, payer, day_of(now)),
        month=_tally(db, payer, month_of(now)),
        bot_month=_tally(db, BOT, month_of(now)),
    )


def _tally(db: Db, payer: str, period: str) -> Amounts:
    row = db.execute(
        "SELECT messages, images, cost_micros FROM tallies WHERE payer = ? AND period = ?",
        (payer, period),
    ).fetchone()
    return Amounts(**dict(row)) if row else Amounts()


def tidy(db: Db, now: datetime) -> int:
    """The days of this month stay with it."""
    return db.execute("DELETE FROM tallies WHERE period < ?", (month_of(now),)).rowcount
