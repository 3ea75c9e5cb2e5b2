"""The end of a turn. Promises: ports/deliveries.py and ports/conversations.py."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.model import (
    Claim,
    Destination,
    Ending,
    HistoryItem,
    OutboxMessage,
    OutgoingMessage,
    PageChoice,
)
from snapthread.model.usage import TurnRecord
from snapthread.store.codec import dump_images, load_message, micros
from snapthread.store.requests import Get
from snapthread.store.rules.accepting import SEEN_FOR
from snapthread.store.rules.bundling import ALBUM
from snapthread.store.rules.claiming import served_mark
from snapthread.store.rules.conversations import check_lease, next_id, stream_of, with_stream
from snapthread.store.rules.exchanges import (
    exchanges_after,
    remember,
    replaced_exchanges,
    replaced_ids_of,
)
from snapthread.store.rules.groups import end_guest
from snapthread.store.rules.marks import set_mark
from snapthread.store.rules.outgoing import Replaced, add_to_outbox
from snapthread.store.rules.page_questions import keep_question
from snapthread.store.rules.queued import bury, claimed_messages, dequeue
from snapthread.store.rules.quotas import settle
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.retiring import retire_rest
from snapthread.store.rules.rewinding import leave_from, retire_unnamed
from snapthread.store.rules.shown_files import attach
from snapthread.store.rules.standings import note_told_of_files
from snapthread.store.schema.conversations import ConversationRow, HistoryRow
from snapthread.store.schema.people import PEOPLE
from snapthread.store.schema.queues import QueuedRow
from snapthread.store.transaction import Transaction


def finish(
    tx: Transaction,
    claim: Claim,
    now: datetime,
    *,
    items: Sequence[HistoryItem] = (),
    replies: Sequence[OutgoingMessage] = (),
    to: Destination,
    dead_letter: bool = False,
    record: TurnRecord | None = None,
    history_start: int | None = None,
    taken_back_from: int | None = None,
    ending: Ending | None = None,
    choice: PageChoice | None = None,
    tells_of_files: bool = False,
) -> tuple[OutboxMessage, ...]:
    row, at = check_lease(tx, claim), micros(now)
    rows = _messages_of(tx, claim, row, record)
    replaced = _replaced(tx, claim, row, ending, taken_back_from)
    left = [] if taken_back_from is None else leave_from(tx, claim, taken_back_from)
    turn = _remember(tx, claim, rows, ending, at, has_answer=bool(items))
    _keep_items(tx, claim, rows, items, now)
    retire_unnamed(tx, claim, left, now)
    retire_rest(tx, claim, {message.update_id for message in rows}, at)
    for message in rows if dead_letter else ():
        bury(tx, message, at)
    if choice is not None:
        keep_question(tx, rows, choice, at)
    _leave_queue(tx, claim, rows, at)
    _settle(tx, claim, record, tells_of_files=tells_of_files)
    if history_start is not None:
        _begin_requests_at(tx, claim, history_start)
    outbox = _reply(tx, claim, to, replies, at, turn=turn, replaced=replaced)
    refresh_ready(tx, claim.conversation)
    if not outbox:
        end_guest(tx, claim, at)
    return outbox


# ---------------------------------------------------------------- parts of finish


def _messages_of(
    tx: Transaction, claim: Claim, row: ConversationRow, record: TurnRecord | None
) -> list[QueuedRow]:
    """The messages that were asked; LeaseLost where this turn has ended already."""
    rows = claimed_messages(tx, claim)
    if not rows:
        raise LeaseLost(claim.conversation)
    asker = () if record is None else (Get(PEOPLE, (record.user_id,)),)
    tx.expect(*replaced_exchanges(claim.conversation, row.turns + 1), *asker)
    return rows


def _replaced(
    tx: Transaction,
    claim: Claim,
    row: ConversationRow,
    ending: Ending | None,
    taken_back_from: int | None,
) -> Replaced:
    """Messages in the chat in whose place the replies come, and answers that leave it."""
    grown = stream_of(row)
    leaving = () if taken_back_from is None else exchanges_after(tx, claim)
    ids = replaced_ids_of(tx, claim, row) if ending else grown
    return Replaced(ids, len(grown), leaving)


def _remember(
    tx: Transaction,
    claim: Claim,
    rows: Sequence[QueuedRow],
    ending: Ending | None,
    now: int,
    *,
    has_answer: bool,
) -> int | None:
    """The turn of the exchange that the replies are of; None where it was none."""
    if ending is None:
        return None
    row, asked = check_lease(tx, claim), [message.message for message in rows]
    owner = _owner(rows[0])
    return remember(tx, claim, row, asked, ending, now, owner=owner, has_answer=has_answer)


def _owner(row: QueuedRow) -> int | None:
    """The person who asked, in a group; in private the conversation is one person's as a whole."""
    asked = load_message(row.message)
    return None if asked.is_private else asked.user_id


def _keep_items(
    tx: Transaction,
    claim: Claim,
    rows: Sequence[QueuedRow],
    items: Sequence[HistoryItem],
    now: datetime,
) -> None:
    """The conversation has these items from now on, and shows their images."""
    row, owner = check_lease(tx, claim), _owner(rows[0])
    images = [image for item in items for image in item.images]
    first = next_id(row, micros(now))
    for number, item in enumerate(items):
        tx.insert(_history_row(item, row.key, first + number, owner))
    labels = max([row.last_label, *[image.label for image in images]])
    row = tx.update(row, with_stream(row, ()))
    last_id = first + len(items)
    tx.update(row, row._replace(last_id=last_id, last_label=labels, turns=row.turns + 1))
    attach(tx, claim, images)


def _history_row(item: HistoryItem, key: str, id: int, owner: int | None) -> HistoryRow:
    return HistoryRow(
        conversation=key,
        id=id,
        role=item.role,
        text=item.text,
        images=dump_images(item.images),
        at=micros(item.at),
        tokens=item.tokens,
        phase=item.phase,
        owner=owner,
    )


def _leave_queue(tx: Transaction, claim: Claim, rows: Sequence[QueuedRow], now: int) -> None:
    for bundle in {str(row.bundle) for row in rows if _is_part(row)}:
        mark = served_mark(claim, bundle)
        set_mark(tx, mark, now, wait=SEEN_FOR, conversation=claim.conversation)
    dequeue(tx, claim.conversation, rows)


def _is_part(row: QueuedRow) -> bool:
    """It is a part of an album; a voice about it may have been asked without it."""
    return str(row.bundle).startswith(ALBUM) and load_message(row.message).album_id is not None


def _settle(
    tx: Transaction, claim: Claim, record: TurnRecord | None, *, tells_of_files: bool
) -> None:
    settle(tx, claim.conversation, record)
    if tells_of_files and record is not None:
        note_told_of_files(tx, record.user_id)


def _begin_requests_at(tx: Transaction, claim: Claim, history_start: int) -> None:
    row = check_lease(tx, claim)
    tx.update(row, row._replace(history_start=max(row.history_start, history_start)))


def _reply(
    tx: Transaction,
    claim: Claim,
    to: Destination,
    replies: Sequence[OutgoingMessage],
    now: int,
    *,
    turn: int | None,
    replaced: Replaced,
) -> tuple[OutboxMessage, ...]:
    """The replies name the question where others came between: known, or in a group unseen."""
    row = check_lease(tx, claim)
    reply_to = to.reply_to if row.queued or to.chat_id < 0 else None
    to = replace(to, reply_to=reply_to, inline_id=row.inline_id)
    return add_to_outbox(tx, claim.conversation, to, replies, now, turn=turn, replaced=replaced)
