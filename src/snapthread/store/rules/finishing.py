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
from snapthread.store.rules.accepting import ALBUM, SEEN_FOR
from snapthread.store.rules.claiming import release, served_mark
from snapthread.store.rules.exchanges import (
    exchanges_after,
    remember,
    replaced_exchanges,
    replaced_ids_of,
)
from snapthread.store.rules.feedback import note_answers
from snapthread.store.rules.groups import end_guest
from snapthread.store.rules.outgoing import add_to_outbox, mark_sent
from snapthread.store.rules.page_questions import keep_question
from snapthread.store.rules.quotas import settle
from snapthread.store.rules.records import note_delivered
from snapthread.store.rules.retiring import retire_rest
from snapthread.store.rules.rewinding import leave_from, retire_unnamed
from snapthread.store.rules.rows import (
    check_lease,
    claimed_messages,
    dequeue,
    next_id,
    refresh_ready,
    set_mark,
    stream_of,
    with_stream,
)
from snapthread.store.rules.shown_files import attach
from snapthread.store.rules.standings import note_told_of_files
from snapthread.store.schema.conversations import CONVERSATIONS, ConversationRow, HistoryRow
from snapthread.store.schema.people import PEOPLE
from snapthread.store.schema.queues import DEAD_LETTERS, DeadLetterRow, QueuedRow
from snapthread.store.schema.usage import RECORDS
from snapthread.store.transaction import Get, Transaction


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
    rows = claimed_messages(tx, claim)
    if not rows:
        raise LeaseLost(claim.conversation)  # this turn has ended already
    asker = () if record is None else (Get(PEOPLE, (record.user_id,)),)
    tx.expect(*replaced_exchanges(claim.conversation, row.turns + 1), *asker)
    owner, grown = _owner(rows[0]), stream_of(row)
    replaced_ids = replaced_ids_of(tx, claim, row) if ending else grown
    leaving = () if taken_back_from is None else exchanges_after(tx, claim)
    left = [] if taken_back_from is None else leave_from(tx, claim, taken_back_from)
    row = check_lease(tx, claim)
    turn = None
    if ending is not None:
        asked = [message.message for message in rows]
        turn = remember(tx, claim, row, asked, ending, at, owner=owner, has_answer=bool(items))
    _add_items(tx, row, items, at, owner=owner)
    attach(tx, claim, [image for item in items for image in item.images])
    retire_unnamed(tx, claim, left, now)
    retire_rest(tx, claim, {message.update_id for message in rows}, at)
    if dead_letter:
        _dead_letter(tx, rows, at)
    if choice is not None:
        keep_question(tx, rows, choice, at)
    _leave_queue(tx, claim, rows, at)
    settle(tx, claim.conversation, record)
    if tells_of_files and record is not None:
        note_told_of_files(tx, record.user_id)
    talk = tx.get(CONVERSATIONS, claim.conversation)
    if talk is not None and history_start is not None:
        talk = tx.update(talk, talk._replace(history_start=max(talk.history_start, history_start)))
    others_came = (talk is not None and talk.queued) or to.chat_id < 0  # in a group, unseen
    reply_to = to.reply_to if others_came else None
    to = replace(to, reply_to=reply_to, inline_id=row.inline_id)
    outbox = add_to_outbox(
        *(tx, claim.conversation, to, replies, at),
        turn=turn,
        replaced_ids=replaced_ids,
        grown=len(grown),
        leaving=leaving,
    )
    refresh_ready(tx, claim.conversation)
    if not outbox:
        end_guest(tx, claim, at)
    return outbox


def conclude(
    tx: Transaction,
    claim: Claim,
    part: OutboxMessage,
    now: datetime,
    *,
    record_id: str,
    delivered_ms: int,
    message_ids: Sequence[int] = (),
    sent: Sequence[int] = (),
) -> bool:
    tx.expect(Get(RECORDS, (record_id,)), Get(CONVERSATIONS, (claim.conversation,)))
    mark_sent(tx, claim, part, sent)
    note_delivered(tx, record_id, delivered_ms)
    note_answers(tx, part.to.chat_id, message_ids, record_id, now)
    release(tx, claim, now)
    end_guest(tx, claim, micros(now))
    row = tx.get(CONVERSATIONS, claim.conversation)
    return row is not None and row.ready_at is not None


def note_guest(tx: Transaction, claim: Claim, inline_id: str) -> None:
    row = check_lease(tx, claim)
    tx.update(row, row._replace(inline_id=inline_id))


def note_stream(tx: Transaction, claim: Claim, message_ids: Sequence[int]) -> None:
    row = check_lease(tx, claim)
    tx.update(row, with_stream(row, message_ids))


def _owner(row: QueuedRow) -> int | None:
    """In private the conversation is theirs as a whole."""
    asked = load_message(row.message)
    return None if asked.is_private else asked.user_id


def _add_items(
    tx: Transaction,
    row: ConversationRow,
    items: Sequence[HistoryItem],
    now: int,
    *,
    owner: int | None,
) -> None:
    first = next_id(row, now)
    for number, item in enumerate(items):
        tx.insert(
            HistoryRow(
                conversation=row.key,
                id=first + number,
                role=item.role,
                text=item.text,
                images=dump_images(item.images),
                at=micros(item.at),
                tokens=item.tokens,
                phase=item.phase,
                owner=owner,
            )
        )
    labels = max([row.last_label, *[image.label for item in items for image in item.images]])
    row = tx.update(row, with_stream(row, ()))
    last_id = first + len(items)
    tx.update(row, row._replace(last_id=last_id, last_label=labels, turns=row.turns + 1))


def _dead_letter(tx: Transaction, rows: Sequence[QueuedRow], now: int) -> None:
    for row in rows:
        letter = DeadLetterRow(
            update_id=row.update_id,
            conversation=row.conversation,
            kind=row.kind,
            attempts=row.attempts,
            at=now,
            message=row.message,
        )
        tx.put(DEAD_LETTERS, letter)


def _leave_queue(tx: Transaction, claim: Claim, rows: Sequence[QueuedRow], now: int) -> None:
    for bundle in {str(row.bundle) for row in rows if _is_part(row)}:
        mark = served_mark(claim, bundle)
        set_mark(tx, mark, now, wait=SEEN_FOR, conversation=claim.conversation)
    dequeue(tx, claim.conversation, rows)


def _is_part(row: QueuedRow) -> bool:
    """It is a part of an album; a voice about it may have been asked without it."""
    return str(row.bundle).startswith(ALBUM) and load_message(row.message).album_id is not None
