"""Exchanges: the questions that were served of late, so that each can be asked anew.

Promises: ports/exchanges.py.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from snapthread.model import (
    CONTINUE,
    Claim,
    ConversationKey,
    Ending,
    Exchange,
    Message,
    Redo,
)
from snapthread.store.codec import dump_message, load_images, load_message
from snapthread.store.rules.files import as_file
from snapthread.store.rules.rows import check_lease, next_id, stream_of
from snapthread.store.rules.shown_files import images
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES,
    EXCHANGES_OF,
    HISTORY_OF,
    ConversationRow,
    ExchangeRow,
    HistoryRow,
)
from snapthread.store.schema.queues import QUEUED, QueuedRow
from snapthread.store.transaction import Get, Transaction

KEPT: Final = 50  # turns back: what is older can not be asked anew, and stays in the conversation


def slot_of(key: str, turn: int) -> tuple[str, int]:
    """A row's place; a later turn takes it over."""
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


# ---------------------------------------------------------------- what is asked anew


def redo_of(tx: Transaction, claim: Claim, turn: int, first: Message) -> Redo | None:
    """None where nobody knows any more what was asked: then it is a question as any other."""
    row = row_of(tx, claim.conversation, turn)
    if row is None:
        return None
    every = tx.range(HISTORY_OF, claim.conversation)
    before = [each for each in every if each.id < row.history_start]
    own = list(_own(every, row.history_start))
    answer = [each for each in own if each.role == "assistant" and each.phase != "commentary"]
    files = images(tx, claim)
    named = [image.file for each in own[:1] for image in load_images(each.images)]
    labels = [image.label for each in before for image in load_images(each.images)]
    return Redo(
        turn=turn,
        history_start=row.history_start,
        last_label=max(labels, default=0),
        files=tuple(as_file(files[name]) for name in named if name in files),
        answer=answer[-1].text if answer else "",
        answer_start=answer[-1].id if answer else None,
        is_continuation=first.word == CONTINUE,
        is_cut=row.ending == "cut",
    )


def _own(rows: Sequence[HistoryRow], history_start: int) -> Iterator[HistoryRow]:
    """The question's item and its answer's."""
    for row in rows:
        if row.id == history_start or (row.id > history_start and row.role == "assistant"):
            yield row
        elif row.id > history_start:
            return


def put_again(
    tx: Transaction, row: ExchangeRow, messages: Sequence[Message], now: int, *, head: int | None
) -> list[QueuedRow]:
    """The messages of a question at the end of the queue, or in the place of its head."""
    key = row.conversation
    talk = tx.get(CONVERSATIONS, key)
    assert talk is not None, "a conversation with an exchange"
    first = next_id(talk, now) if head is None else _room(tx, key, head, len(messages))
    bundle = f"again:{row.turn}" if len(messages) > 1 else None
    rows = [
        tx.insert(
            QueuedRow(
                conversation=key,
                id=first + number,
                update_id=message.update_id,
                kind=message.kind,
                is_urgent=0,
                arrived_at=now,
                ready_at=now,
                message=dump_message(message),
                bundle=bundle,
                again=row.turn,
            )
        )
        for number, message in enumerate(messages)
    ]
    last_id = max(talk.last_id, first + len(messages) - 1)
    tx.update(talk, talk._replace(last_id=last_id, queued=talk.queued + len(messages)))
    return rows


def _room(tx: Transaction, key: str, head: int, count: int) -> int:
    """The first of this many free numbers in a row, as near before `head` as there are."""
    while any(tx.get(QUEUED, key, head - back) for back in range(count)):
        head -= 1
    return head - count + 1


# ---------------------------------------------------------------- what is remembered


def remember(
    tx: Transaction,
    claim: Claim,
    talk: ConversationRow,
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
    turn = talk.turns + 1
    row = ExchangeRow(
        conversation=key,
        slot=turn % KEPT,
        turn=turn,
        history_start=next_id(talk, now),
        messages=json.dumps(asked, ensure_ascii=False),
        sent="[]",
        ending=ending,
        owner=owner,
    )
    tx.put(EXCHANGES, row)
    return turn


def replaced_ids_of(tx: Transaction, claim: Claim, talk: ConversationRow) -> tuple[int, ...]:
    """Our messages that show the answer as it grows, and those that show the one which is given
    anew."""
    redo, shown = claim.redo, stream_of(talk)
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
