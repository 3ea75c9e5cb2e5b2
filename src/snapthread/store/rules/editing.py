"""Edits: a question that waits, runs or was answered is asked as it reads now.

Promises: ports/exchanges.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.model import CONTINUE, Message, OutgoingMessage
from snapthread.ports import EditReplies
from snapthread.store.codec import dump_message, load_message, micros
from snapthread.store.rules.conversations import existing_conversation
from snapthread.store.rules.exchanges import dump_messages, messages_of, newest, row_of
from snapthread.store.rules.outgoing import add_to_outbox
from snapthread.store.rules.queued import dequeue, waiting_command
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.redo import put_again
from snapthread.store.rules.times import PAUSE
from snapthread.store.schema.conversations import CONVERSATIONS, EXCHANGES_OF, ExchangeRow
from snapthread.store.schema.queues import QUEUE, QueuedRow
from snapthread.store.transaction import Transaction


def knows(tx: Transaction, edit: Message) -> bool:
    return _in_queue(tx, edit) is not None or _of_exchange(tx, edit) is not None


def is_being_answered(tx: Transaction, edit: Message) -> bool:
    row = tx.get(CONVERSATIONS, edit.conversation)
    head = tx.first(QUEUE, edit.conversation, 0) if row is not None and row.queued else None
    if head is None or head.token is None:
        return False
    rows = [each for each in tx.range(QUEUE, edit.conversation, 0) if each.token == head.token]
    exchange = None if head.again is None else row_of(tx, edit.conversation, head.again)
    asked = [load_message(each.message) for each in rows]
    asked += messages_of(exchange) if exchange else []
    old = [each for each in asked if each.message_id == edit.message_id]
    return any(edit.in_place_of(each).content != each.content for each in old)


def edit(tx: Transaction, edit: Message, now: datetime, *, replies: EditReplies) -> str:
    waiting = waiting_command(tx, edit)
    if waiting is None:
        return "done"
    dequeue(tx, edit.conversation, [waiting])
    what, said = _edit(tx, edit, micros(now), replies)
    to = replace(edit.destination, reply_to=edit.message_id)
    add_to_outbox(tx, edit.conversation, to, said, micros(now))
    refresh_ready(tx, edit.conversation)
    return what


def _edit(
    tx: Transaction, edit: Message, now: int, replies: EditReplies
) -> tuple[str, Sequence[OutgoingMessage]]:
    row = _of_exchange(tx, edit)
    queued = _in_queue(tx, edit)
    if queued is None and row is None:
        return "unknown", replies.unknown
    if edit.kind == "command" or edit.word == "command":
        return "command", replies.command
    is_new = row is not None and _note(tx, row, edit)
    if queued is not None:
        return _put_in_place(tx, queued, edit, now), ()
    if row is None or not is_new:
        return "same", ()
    return _ask_anew(tx, row, now, replies)


def _in_queue(tx: Transaction, edit: Message) -> QueuedRow | None:
    for row in tx.range(QUEUE, edit.conversation, 0):
        asked = load_message(row.message)
        if asked.message_id == edit.message_id and asked.kind != "command":
            return row if asked.word != CONTINUE else None
    return None


def _of_exchange(tx: Transaction, edit: Message) -> ExchangeRow | None:
    rows = tx.range(EXCHANGES_OF, edit.conversation, is_reversed=True)
    return next((row for row in rows if _holds(row, edit)), None)


def _holds(row: ExchangeRow, edit: Message) -> bool:
    return any(message.message_id == edit.message_id for message in messages_of(row))


def _note(tx: Transaction, row: ExchangeRow, edit: Message) -> bool:
    """Ask the exchange from now on as the person sees it in the chat; False where it is the
    same."""
    old = messages_of(row)
    new = [edit.in_place_of(each) if each.message_id == edit.message_id else each for each in old]
    is_new = [each.content for each in new] != [each.content for each in old]
    if is_new:
        tx.update(row, row._replace(messages=dump_messages(new)))
    return is_new


def _put_in_place(tx: Transaction, row: QueuedRow, edit: Message, now: int) -> str:
    """Edit a message of the queue: one that waits counts as edited, one that is being answered is
    asked again."""
    old = load_message(row.message)
    new = edit.in_place_of(old)
    if new.content == old.content:
        return "same"
    is_answered = row.token is not None
    if is_answered:
        _fence(tx, row.conversation, row.token, now)
        row = next(each for each in tx.range(QUEUE, row.conversation, 0) if each.id == row.id)
    ready_at = max(row.ready_at, now + PAUSE) if is_answered else row.ready_at
    text = dump_message(new)
    tx.update(row, row._replace(message=text, kind=new.kind, ready_at=ready_at, attempts=0))
    conversation = tx.get(CONVERSATIONS, row.conversation)
    if conversation is not None:  # a Stop was meant for the old words
        tx.update(conversation, conversation._replace(stopped_turn=None))
    return "asked" if is_answered else "waits"


def _fence(tx: Transaction, key: str, token: int | None, now: int) -> None:
    """End the claim that answers it: its worker notices within the pause, and lets the shown
    message go."""
    conversation = existing_conversation(tx, key)
    for row in tx.range(QUEUE, key, 0):
        if row.token == token:
            tx.update(row, row._replace(token=None))
    tx.update(
        conversation,
        conversation._replace(
            token=conversation.token + 1,
            lease_until=None,
            stopped_turn=None,
            not_before=now + PAUSE,
        ),
    )


def _ask_anew(
    tx: Transaction, row: ExchangeRow, now: int, replies: EditReplies
) -> tuple[str, Sequence[OutgoingMessage]]:
    """Ask the newest question again, if nothing waits behind it; an older one is offered."""
    queue, last = tx.range(QUEUE, row.conversation, 0), newest(tx, row.conversation)
    if last is None or last.turn != row.turn or any(each.again != row.turn for each in queue):
        return "older", replies.older(row.turn)
    for each in queue:  # the rest of the old answer
        if each.token is not None:
            _fence(tx, row.conversation, each.token, now)
    dequeue(tx, row.conversation, tx.range(QUEUE, row.conversation, 0))
    row = row_of(tx, row.conversation, row.turn) or row
    put_again(tx, row, messages_of(row), now, head=None)
    return "asked", ()
