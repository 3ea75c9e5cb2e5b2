"""Tallies: what each payer has used in a day and a month. Promises: ports/usage_ledger.py."""

from datetime import datetime
from typing import Final

from snapthread.model.quotas import Amounts, Spending, amounts_of
from snapthread.model.usage import TurnRecord, day_of, month_of
from snapthread.store.codec import load_record, moment
from snapthread.store.schema.usage import PERIODS, TALLIES, ReservationRow, TallyRow
from snapthread.store.transaction import Transaction

BOT: Final = "bot"  # the payer of everything


def recount(tx: Transaction, row: ReservationRow, record: TurnRecord) -> None:
    """Change what a reservation counts; where its month was tidied away meanwhile, nothing."""
    more = amounts_of(record) - amounts_of(load_record(row.record))
    if more != Amounts():
        count_in(tx, row.payer, moment(row.at), more, if_there=True)


def count_in(
    tx: Transaction, payer: str, at: datetime, more: Amounts, *, if_there: bool = False
) -> None:
    for whose, period in _periods(payer, at):
        row = TallyRow(
            whose,
            period,
            more.messages,
            more.images,
            more.cost_micros,
            more.voice_s,
            more.documents,
        )
        tx.add(row, if_there=if_there)


def _periods(payer: str, at: datetime) -> tuple[tuple[str, str], ...]:
    """The payers and periods in which a turn counts."""
    return (payer, day_of(at)), (payer, month_of(at)), (BOT, month_of(at))


def spending(tx: Transaction, payer: str, now: datetime) -> Spending:
    return Spending(
        day=_tally(tx, payer, day_of(now)),
        month=_tally(tx, payer, month_of(now)),
        bot_month=_tally(tx, BOT, month_of(now)),
    )


def _tally(tx: Transaction, payer: str, period: str) -> Amounts:
    row = tx.get(TALLIES, payer, period)
    if row is None:
        return Amounts()
    return Amounts(
        messages=row.messages,
        images=row.images,
        cost_micros=row.cost_micros,
        voice_s=row.voice_s,
        documents=row.documents,
    )


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    """Delete tallies of past months; the days of this month stay with it."""
    month = month_of(now)
    rows = tx.range(PERIODS, high=month, limit=limit)
    return tx.delete_all(row for row in rows if row.period < month)
