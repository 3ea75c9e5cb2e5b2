"""The outbox: messages on their way to the chat. Promises: ports/deliveries.py."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from snapthread.model import ConversationKey, Destination, OutboxMessage, OutgoingMessage
from snapthread.store.codec import (
    dump_destination,
    dump_outgoing,
    load_destination,
    load_outgoing,
    micros,
    micros_of,
)
from snapthread.store.rules.conversations import ensure_conversation, next_id, note_group
from snapthread.store.rules.marks import bars, said_mark, set_mark
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.schema.conversations import CONVERSATIONS, ExchangeRow
from snapthread.store.schema.queues import OUTBOX_OF, OutboxRow
from snapthread.store.transaction import Transaction

# Of a shorter answer, in the place of what is left over; said only where it is too old to go.
REMOVAL: Final = OutgoingMessage(text="…", is_removal=True)
# Of later questions, where one is asked anew from an older one: an answer that is too old to go
# stays to be read, without its buttons. Others read in a group too, so there all stay.
LEAVING: Final = OutgoingMessage(text="", is_removal=True)
UNBUTTONED: Final = OutgoingMessage(text="")


class Replaced(NamedTuple):
    """Our messages in the chat that replies take the place of, in order; what of these is left over
    goes."""

    ids: Sequence[int] = ()
    grown: int = 0  # so many of the first show this answer as it grew
    leaving: Sequence[ExchangeRow] = ()  # exchanges whose answers leave the conversation


NOTHING_REPLACED: Final = Replaced()


def add_to_outbox(
    tx: Transaction,
    key: str,
    to: Destination,
    replies: Sequence[OutgoingMessage],
    now: int,
    *,
    turn: int | None = None,
    replaced: Replaced = NOTHING_REPLACED,
) -> tuple[OutboxMessage, ...]:
    """Put messages on their way; only the first is a reply."""
    parts = list(_in_places(replies, to, replaced))
    if not parts:
        return ()
    first, outbox = _take_ids(tx, key, len(parts), now), []
    for number, (message_id, outgoing) in enumerate(parts):
        place = replace(to, reply_to=None if number else to.reply_to, replaces=message_id)
        part = OutboxMessage(id=first + number, to=place, outgoing=outgoing, turn=turn)
        text = dump_outgoing(outgoing)
        tx.insert(OutboxRow(key, part.id, dump_destination(place), text, now, turn))
        outbox.append(part)
    return tuple(outbox)


def _take_ids(tx: Transaction, key: str, count: int, now: int) -> int:
    """The first of so many numbers in a row for messages to deliver."""
    row = ensure_conversation(tx, key)
    first = next_id(row, now)
    last = first + count - 1
    tx.update(row, row._replace(last_id=last, undelivered=row.undelivered + count))
    return first


def _in_places(
    replies: Sequence[OutgoingMessage], to: Destination, replaced: Replaced
) -> Iterator[tuple[int | None, OutgoingMessage]]:
    """Each message to send, with the one in the chat that it replaces."""
    ids = replaced.ids or (() if to.replaces is None else (to.replaces,))
    taken = _taken(replies, ids, grown=replaced.grown)
    left_over = len(taken) - len(replies)
    yield from zip(taken, [*replies, *[REMOVAL] * left_over], strict=True)
    yield from _leaving(replaced.leaving, is_group=to.chat_id < 0)


def _taken(
    replies: Sequence[OutgoingMessage], replaced_ids: Sequence[int], *, grown: int
) -> list[int | None]:
    """The message that each reply replaces, then those that none replaces."""
    taken: list[int | None] = []
    used = 0
    for outgoing in replies:
        takes = used < (grown if outgoing.is_news else len(replaced_ids))
        taken.append(replaced_ids[used] if takes else None)
        used += takes
    return [*taken, *replaced_ids[used:]]


def _leaving(
    rows: Sequence[ExchangeRow], *, is_group: bool
) -> Iterator[tuple[int, OutgoingMessage]]:
    for row in rows:
        sent = json.loads(row.sent)
        if not is_group:
            yield from ((message_id, LEAVING) for message_id in sent)
        elif sent and row.ending != "answered":
            yield sent[-1], UNBUTTONED


def drop(tx: Transaction, key: str, rows: Sequence[OutboxRow]) -> int:
    """Take these parts out of the outbox."""
    row = tx.get(CONVERSATIONS, key)
    if row is not None:
        tx.update(row, row._replace(undelivered=row.undelivered - len(rows)))
    return tx.delete_all(rows)


def put_on_its_way(
    tx: Transaction, key: str, to: Destination, outgoing: OutgoingMessage, now: int
) -> None:
    """Put a part of its own, of no turn, on its way."""
    ensure_conversation(tx, key)
    add_to_outbox(tx, key, to, [outgoing], now)
    refresh_ready(tx, key)


def waiting_outbox(tx: Transaction, key: str) -> tuple[OutboxMessage, ...]:
    return tuple(
        OutboxMessage(
            id=row.id,
            to=load_destination(row.destination),
            outgoing=load_outgoing(row.outgoing),
            turn=row.turn,
        )
        for row in tx.range(OUTBOX_OF, key)
    )


def enqueue(
    tx: Transaction,
    conversation: ConversationKey,
    to: Destination,
    outgoing: OutgoingMessage,
    now: datetime,
    *,
    once: str | None = None,
    again_after_s: float | None = None,
) -> bool:
    if once is not None and not say_once(tx, once, now, again_after_s=again_after_s):
        return False
    note_group(tx, conversation, to.chat_id)
    put_on_its_way(tx, conversation, to, outgoing, micros(now))
    return True


def say_once(tx: Transaction, once: str, now: datetime, *, again_after_s: float | None) -> bool:
    """Take the mark of what is said or done once; False where it is taken."""
    return set_mark(tx, said_mark(once), micros(now), wait=_wait(again_after_s))


def was_said(tx: Transaction, once: str, now: datetime, *, again_after_s: float | None) -> bool:
    return bars(tx, said_mark(once), micros(now), wait=_wait(again_after_s))


def _wait(again_after_s: float | None) -> int | None:
    return None if again_after_s is None else micros_of(again_after_s)
