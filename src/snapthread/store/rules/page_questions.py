"""Questions that wait until the person has chosen pages of their document.

Promises: ports/exchanges.py.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from snapthread.limits import DAY_S
from snapthread.model import Message, OutgoingMessage, PageChoice, PageRange
from snapthread.store.codec import load_message, micros, micros_of
from snapthread.store.rules.accepting import put_in
from snapthread.store.rules.outgoing import put_on_its_way
from snapthread.store.rules.queued import waiting_command
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.urgent import complete_command
from snapthread.store.schema.queues import (
    PAGE_QUESTIONS,
    PAGE_QUESTIONS_AT,
    PageQuestionRow,
    QueuedRow,
)
from snapthread.store.transaction import Transaction

KEPT: Final = micros_of(DAY_S)  # whoever comes later sends the document again


def keep_question(tx: Transaction, rows: Sequence[QueuedRow], choice: PageChoice, now: int) -> None:
    messages = [row.message for row in rows]
    tx.put(
        PAGE_QUESTIONS,
        PageQuestionRow(
            conversation=rows[0].conversation,
            update_id=choice.update_id,
            at=now,
            document=choice.unique_id,
            messages=json.dumps(messages),
        ),
    )


def choose_pages(
    tx: Transaction,
    press: Message,
    now: datetime,
    *,
    update_id: int,
    chosen: PageRange,
    shown: OutgoingMessage,
) -> bool:
    row = tx.get(PAGE_QUESTIONS, press.conversation, update_id)
    if waiting_command(tx, press) is None:
        return True
    if row is None:
        return False
    tx.delete(row)
    messages = [load_message(text) for text in json.loads(row.messages)]
    bundle = f"choice:{update_id}" if len(messages) > 1 else None
    for message in messages:
        put_in(tx, _with_pages(message, row.document, chosen), bundle, micros(now))
    place = replace(press.destination, replaces=press.message_id)
    put_on_its_way(tx, press.conversation, place, shown, micros(now))
    complete_command(tx, press, now, replies=())
    refresh_ready(tx, press.conversation)
    return True


def _with_pages(message: Message, document: str, chosen: PageRange) -> Message:
    if message.document is None or message.document.unique_id != document:
        return message
    return replace(message, document=replace(message.document, chosen=chosen))


def tidy(tx: Transaction, now: datetime, *, limit: int) -> int:
    return tx.delete_all(tx.range(PAGE_QUESTIONS_AT, high=micros(now) - KEPT, limit=limit))
