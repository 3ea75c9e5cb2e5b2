"""Exchanges: the questions that were served of late, so that each can be asked anew.

Promises: ports/exchanges.py.
"""

import json
from collections.abc import Sequence
from typing import Final

from snapthread.model import Claim, ConversationKey, Ending, Exchange, Message
from snapthread.store.codec import dump_message, load_message
from snapthread.store.requests import Get
from snapthread.store.rules.conversations import check_lease, next_id, stream_of
from snapthread.store.schema.conversations import (
    EXCHANGES,
    EXCHANGES_OF,
    ConversationRow,
    ExchangeRow,
)
from snapthread.store.transaction import Transaction

KEPT: Final = 50  # turns back: what is older can not be asked anew, and stays in the conversation


def slot_of(key: str, turn: int) -> tuple[str, int]:
    """The key of the row of a turn; the turn `KEPT` later takes it over."""
    return key, turn % KEPT


def row_of(tx: Transaction, key: str, turn: int) -> ExchangeRow | None:
    row = tx.get(EXCHANGES, *slot_of(key, turn))
    return row if row is not None and row.turn == turn else None


def newest(tx: Transaction, key: str) -> ExchangeRow | None:
    return tx.first(EXCHANGES_OF, key, is_reversed=True)


def last_exchange(tx: Transaction, claim: Claim) -> Exchange | None:
    check_lease(tx, claim)
    row = newest(tx, claim.conversation)
    return None if row is None else _exchange(row)


def exchange(tx: Transaction, conversation: ConversationKey, turn: int) -> Exchange | None:
    row = row_of(tx, conversation, turn)
    return None if row is None else _exchange(row)


def _exchange(row: ExchangeRow) -> Exchange:
    return Exchange(turn=row.turn, owner=row.owner, message_ids=tuple(json.loads(row.sent)))


def messages_of(row: ExchangeRow) -> list[Message]:
    return [load_message(text) for text in json.loads(row.messages)]


def dump_messages(messages: Sequence[Message]) -> str:
    return json.dumps([dump_message(message) for message in messages], ensure_ascii=False)


def exchange_to_expect(key: str, turn: int) -> Get:
    return Get(EXCHANGES, slot_of(key, turn))


def replaced_exchanges(key: str, turn: int) -> tuple[Get, ...]:
    """The exchange whose place this turn takes over; the first turns find theirs empty."""
    return (exchange_to_expect(key, turn),) if turn > KEPT else ()


# ---------------------------------------------------------------- what is remembered


def remember(
    tx: Transaction,
    claim: Claim,
    conversation: ConversationRow,
    asked: Sequence[str],
    ending: Ending,
    now: int,
    *,
    owner: int | None,
    has_answer: bool,
) -> int:
    """The turn of the exchange that the replies are of. One that is asked anew in vain stands, and
    so does one whose answer goes on."""
    redo, key = claim.redo, claim.conversation
    old = row_of(tx, key, redo.turn) if redo else None
    if redo is not None and old is not None:
        sent = old.sent if redo.is_continuation else "[]"
        is_new = redo.is_continuation and has_answer
        tx.update(old, old._replace(sent=sent, ending=ending if is_new else old.ending))
        return old.turn
    row = _new_exchange(conversation, asked, ending, now, owner)
    tx.put(EXCHANGES, row)
    return row.turn


def _new_exchange(
    conversation: ConversationRow, asked: Sequence[str], ending: Ending, now: int, owner: int | None
) -> ExchangeRow:
    turn = conversation.turns + 1
    return ExchangeRow(
        conversation=conversation.key,
        slot=turn % KEPT,
        turn=turn,
        history_start=next_id(conversation, now),
        messages=json.dumps(asked, ensure_ascii=False),
        sent="[]",
        ending=ending,
        owner=owner,
    )


def replaced_ids_of(
    tx: Transaction, claim: Claim, conversation: ConversationRow
) -> tuple[int, ...]:
    """Our messages that show the answer as it grows, and those that show the one which is given
    anew."""
    redo, shown = claim.redo, stream_of(conversation)
    row = row_of(tx, claim.conversation, redo.turn) if redo else None
    if row is None or redo is None or redo.is_continuation:
        return shown
    old = [place for place in json.loads(row.sent) if place not in shown]
    return (*shown, *old)


def exchanges_after(tx: Transaction, claim: Claim) -> tuple[ExchangeRow, ...]:
    """The exchanges that came after the one that is asked anew."""
    redo = claim.redo
    if redo is None:
        return ()
    rows = tx.range(EXCHANGES_OF, claim.conversation)
    return tuple(row for row in rows if row.history_start > redo.history_start)


def forget_from(tx: Transaction, key: str, history_start: int) -> None:
    for row in tx.range(EXCHANGES_OF, key, is_reversed=True):
        if row.history_start < history_start:
            return
        tx.delete(row)


def note_sent(tx: Transaction, key: str, turn: int | None, message_ids: Sequence[int]) -> None:
    row = row_of(tx, key, turn) if turn is not None and message_ids else None
    if row is not None:
        sent = [*json.loads(row.sent), *message_ids]
        tx.update(row, row._replace(sent=json.dumps(sent)))
