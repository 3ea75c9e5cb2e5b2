"""Opinions on answers: counted by day and model, and by nothing else.

Promises: ports/usage_ledger.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from snapthread.model.usage import DailyFeedback, day_of
from snapthread.store.codec import load_record, micros, moment
from snapthread.store.schema.usage import (
    ANSWERS,
    ANSWERS_AT,
    ANSWERS_OF,
    FEEDBACK_ON,
    RECORDS,
    AnswerRow,
    FeedbackRow,
)
from snapthread.store.transaction import Transaction

KEPT: Final = timedelta(days=7)  # who reacts, does so soon


def note_answers(
    tx: Transaction, chat_id: int, message_ids: Sequence[int], record_id: str, now: datetime
) -> None:
    """Note the messages of an answer that was recorded; our own sentences are none."""
    row = tx.get(RECORDS, record_id) if message_ids and record_id else None
    if row is None:
        return
    record = load_record(row.record)
    if record.outcome != "answered" or not record.messages:
        return
    for message_id in message_ids:
        answer = AnswerRow(chat_id, message_id, record.user_id, record.model, micros(now))
        tx.put(ANSWERS, answer)


def note_reaction(
    tx: Transaction, chat_id: int, message_id: int, user_id: int, reaction: int
) -> bool:
    """Note this person's opinion of an answer to them; False where it is none, or nothing new."""
    row = tx.get(ANSWERS, chat_id, message_id)
    if row is None or row.user_id != user_id or row.reaction == reaction:
        return False
    tx.update(row, row._replace(reaction=reaction))
    good = (reaction == 1) - (row.reaction == 1)
    bad = (reaction == -1) - (row.reaction == -1)
    tx.add(FeedbackRow(day_of(moment(row.at)), row.model, good, bad))
    return True


def feedback(tx: Transaction, since: str) -> tuple[DailyFeedback, ...]:
    rows = sorted(tx.range(FEEDBACK_ON, low=since), key=lambda row: (row.day, row.model))
    return tuple(DailyFeedback(**row._asdict()) for row in rows)


def erase(tx: Transaction, user_id: int) -> None:
    """The counts name nobody, and stay."""
    tx.delete_all(tx.range(ANSWERS_OF, user_id))


def export(tx: Transaction, user_id: int) -> dict[str, Any]:
    return {
        "answers": [
            {
                "at": moment(row.at).isoformat(),
                "chat": row.chat_id,
                "message": row.message_id,
                "model": row.model,
                "reaction": row.reaction,
            }
            for row in tx.range(ANSWERS_OF, user_id)
        ]
    }


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    return tx.delete_all(tx.range(ANSWERS_AT, high=micros(now - KEPT), limit=limit))
