"""Urgent commands: /reset, /stop and what else is urgent.

Promises: ports/conversations.py and ports/message_queue.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.model import Message, OutgoingMessage
from snapthread.ports import ResetReply
from snapthread.store.codec import micros
from snapthread.store.rules.conversations import asked_until, existing_conversation
from snapthread.store.rules.files import count_held
from snapthread.store.rules.outgoing import add_to_outbox, drop, say_once
from snapthread.store.rules.queued import dequeue, read_message, waiting_command
from snapthread.store.rules.quotas import charge
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.retiring import retire_conversation
from snapthread.store.schema.conversations import CONVERSATIONS, EXCHANGES_OF, HISTORY_OF
from snapthread.store.schema.queues import OUTBOX_OF, PAGE_QUESTIONS_OF, QUEUE, URGENT, QueuedRow
from snapthread.store.transaction import Transaction


def urgent_commands(tx: Transaction) -> tuple[Message, ...]:
    return tuple(read_message(row) for row in tx.range(URGENT))


def reset(tx: Transaction, command: Message, now: datetime, *, render: ResetReply) -> int | None:
    key, at = command.conversation, micros(now)
    waiting = waiting_command(tx, command)
    if waiting is None:
        return None
    due_at = asked_until(tx.get(CONVERSATIONS, key), at)
    retire_conversation(tx, key, due_at=due_at)
    _begin_anew(tx, key, before=waiting.id)
    charge(tx, key)
    files = count_held(tx, key)
    add_to_outbox(tx, key, command.destination, [render(files)], at)
    refresh_ready(tx, key)
    return files


def _begin_anew(tx: Transaction, key: str, *, before: int) -> None:
    for is_urgent in (0, 1):
        dequeue(tx, key, tx.range(QUEUE, key, is_urgent, high=before))
    drop(tx, key, tx.range(OUTBOX_OF, key))
    tx.delete_all([*tx.range(HISTORY_OF, key), *tx.range(PAGE_QUESTIONS_OF, key)])
    tx.delete_all(tx.range(EXCHANGES_OF, key))
    row = existing_conversation(tx, key)
    tx.update(
        row,
        row._replace(
            epoch=row.epoch + 1,
            token=row.token + 1,
            lease_until=None,
            not_before=0,
            last_label=0,
            history_start=0,
            stopped_turn=None,
            stream=None,
            stream_rest=None,
        ),
    )


def complete_command(
    tx: Transaction, command: Message, now: datetime, *, replies: Sequence[OutgoingMessage]
) -> bool:
    waiting = waiting_command(tx, command)
    if waiting is None:
        return False
    dequeue(tx, command.conversation, [waiting])
    add_to_outbox(tx, command.conversation, command.destination, replies, micros(now))
    refresh_ready(tx, command.conversation)
    return True


def answer_press(
    tx: Transaction,
    press: Message,
    now: datetime,
    *,
    once: str,
    again_after_s: float,
    outgoing: OutgoingMessage,
    otherwise: OutgoingMessage,
) -> bool:
    waiting = waiting_command(tx, press)
    if waiting is None:
        return False
    is_first = say_once(tx, once, now, again_after_s=again_after_s)
    dequeue(tx, press.conversation, [waiting])
    to = press.destination
    to = replace(to, replaces=press.message_id) if is_first else to
    add_to_outbox(tx, press.conversation, to, [outgoing if is_first else otherwise], micros(now))
    refresh_ready(tx, press.conversation)
    return is_first


def stop(
    tx: Transaction, command: Message, now: datetime, *, if_nothing: Sequence[OutgoingMessage]
) -> int | None:
    waiting = waiting_command(tx, command)
    turn = None if waiting is None else _turn_to_stop(tx, command, waiting)
    done = complete_command(tx, command, now, replies=if_nothing if turn is None else ())
    if not done or turn is None:
        return None
    row = existing_conversation(tx, command.conversation)
    tx.update(row, row._replace(stopped_turn=turn))
    return turn


def _turn_to_stop(tx: Transaction, command: Message, waiting: QueuedRow) -> int | None:
    row = tx.get(CONVERSATIONS, command.conversation)
    head = tx.first(QUEUE, command.conversation, 0) if row is not None and row.queued else None
    if row is None or head is None or head.id > waiting.id or head.kind != "question":
        return None
    turn = row.turns + 1
    return turn if command.draft_id in {None, turn} else None
