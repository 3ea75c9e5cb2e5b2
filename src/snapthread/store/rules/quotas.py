"""Quotas: reservations, and what they become. Promises: ports/usage_ledger.py."""

from datetime import datetime

from snapthread.model import Claim, Transcript
from snapthread.model.quotas import Amounts, LimitExceeded, Limits, amounts_of, first_over
from snapthread.model.usage import STALE, TurnRecord, day_of, month_of, without_counts
from snapthread.ports import RequestBounds
from snapthread.store.codec import dump_record, load_record, micros, moment
from snapthread.store.rules.composing import compose
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.records import write
from snapthread.store.rules.tallies import BOT, count_in, recount, spending
from snapthread.store.schema.usage import (
    RESERVATIONS,
    RESERVED_AT,
    RESERVED_FOR,
    TALLIES,
    ReservationRow,
)
from snapthread.store.transaction import Transaction


def reserve(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    payer: str,
    estimate: TurnRecord,
    limits: Limits,
) -> LimitExceeded | None:
    check_lease(tx, claim)
    row = tx.get(RESERVATIONS, claim.conversation)
    if row is not None and row.id != estimate.id:
        _charge_broken(tx, row)
        row = None
    at = moment(row.at) if row else now
    more = amounts_of(estimate) - (amounts_of(load_record(row.record)) if row else Amounts())
    over = _over(tx, payer, at, limits, more, now)
    if over is None:
        count_in(tx, payer, at, more)
        tx.put(
            RESERVATIONS,
            ReservationRow(
                claim.conversation, estimate.id, payer, micros(at), dump_record(estimate)
            ),
        )
    return over


def reserve_and_compose(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    payer: str,
    estimate: TurnRecord,
    limits: Limits,
    bounds: RequestBounds,
) -> tuple[LimitExceeded | None, Transcript | None]:
    over = reserve(tx, claim, now, payer=payer, estimate=estimate, limits=limits)
    if over is not None:
        return over, None
    transcript = compose(
        tx,
        claim,
        now,
        max_tokens=bounds.max_tokens,
        question_tokens=bounds.question_tokens,
        max_images=bounds.max_images,
        max_image_bytes=bounds.max_image_bytes,
        file_tokens=bounds.file_tokens,
    )
    return None, transcript


def _over(
    tx: Transaction, payer: str, at: datetime, limits: Limits, more: Amounts, now: datetime
) -> LimitExceeded | None:
    """The limit that this would pass. Sums are only looked at where a limit needs them, and then
    kept below it until the commit."""
    if limits == Limits():
        return None
    over = first_over(limits, spending(tx, payer, at), more, now)
    if over is None:
        _keep_below(tx, payer, at, limits, more)
    return over


def _keep_below(tx: Transaction, payer: str, at: datetime, limits: Limits, more: Amounts) -> None:
    day, month = day_of(at), month_of(at)
    for allowed, whose, period, column in (
        (limits.user_daily_messages, payer, day, "messages"),
        (limits.user_daily_images, payer, day, "images"),
        (limits.user_daily_documents, payer, day, "documents"),
        (limits.user_daily_voice_s, payer, day, "voice_s"),
        (limits.user_daily_cost_micros, payer, day, "cost_micros"),
        (limits.user_monthly_cost_micros, payer, month, "cost_micros"),
        (limits.bot_monthly_cost_micros, BOT, month, "cost_micros"),
    ):
        wanted = getattr(more, column)
        if allowed and wanted > 0:
            tx.keep_below(TALLIES, whose, period, column=column, most=allowed - wanted)


def revise(tx: Transaction, record: TurnRecord) -> bool:
    row = tx.first(RESERVED_FOR, record.id)
    if row is None:
        return False
    recount(tx, row, record)
    tx.update(row, row._replace(record=dump_record(record)))
    return True


def settle(tx: Transaction, key: str, record: TurnRecord | None) -> None:
    """Write the record of a turn that has ended in the place of its reservation."""
    row = tx.get(RESERVATIONS, key)
    if row is not None and record is not None and row.id == record.id:
        recount(tx, row, record)
        tx.delete(row)
    else:
        charge(tx, key)
    if record is not None:
        write(tx, record, key)


def charge(tx: Transaction, key: str) -> None:
    """Charge the conversation's reservation, if it has one, as it says."""
    row = tx.get(RESERVATIONS, key)
    if row is not None:
        write(tx, load_record(row.record), key)
        tx.delete(row)


def charge_of(tx: Transaction, key: str, user_id: int) -> None:
    """Charge it where it is this person's."""
    row = tx.get(RESERVATIONS, key)
    if row is not None and load_record(row.record).user_id == user_id:
        charge(tx, key)


def settle_stale(tx: Transaction, now: datetime, *, limit: int) -> int:
    rows = tx.range(RESERVED_AT, high=micros(now - STALE), limit=limit)
    for row in rows:
        _charge_broken(tx, row)
    return len(rows)


def _charge_broken(tx: Transaction, row: ReservationRow) -> None:
    record = without_counts(load_record(row.record))
    recount(tx, row, record)
    write(tx, record, row.conversation)
    tx.delete(row)
