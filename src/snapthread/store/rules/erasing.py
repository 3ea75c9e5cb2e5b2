"""The erasure of everything that is held on one person. Promises: ports/people.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from snapthread.model import (
    ConversationKey,
    Destination,
    Erased,
    Message,
    OutgoingMessage,
    is_guest,
    owner_in_group,
    private_conversation,
)
from snapthread.model.people import NOBODY
from snapthread.model.preferences import owned_by_person
from snapthread.store.codec import micros
from snapthread.store.rules import choices, feedback, records, standings
from snapthread.store.rules.adopting import adopted_mark
from snapthread.store.rules.conversations import asked_until, with_stream
from snapthread.store.rules.files import is_to_go, retire_file
from snapthread.store.rules.groups import end
from snapthread.store.rules.marks import said_mark
from snapthread.store.rules.outgoing import drop, put_on_its_way, say_once
from snapthread.store.rules.people import all_of, asked_in_groups, conversations_of, places_outside
from snapthread.store.rules.queued import dequeue, waiting_command
from snapthread.store.rules.queues import is_worked_on
from snapthread.store.rules.quotas import charge, charge_of
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.times import PAUSE
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES_OF,
    EXCHANGES_OWNED,
    GROUP_CONVERSATIONS,
    HISTORY_OF,
    HISTORY_OWNED,
    IN_GROUP,
)
from snapthread.store.schema.files import FILES_OWNED
from snapthread.store.schema.processes import BLOCKED, MARKS, MARKS_OF
from snapthread.store.schema.queues import (
    DEAD_OF,
    OUTBOX_OF,
    PAGE_QUESTIONS_OF,
    QUEUE,
    QueuedRow,
)
from snapthread.store.transaction import Transaction

NOTHING = Erased(files=0, items=0, messages=0, outbox=0, was_done=False)


def erase(
    tx: Transaction,
    user_id: int,
    now: datetime,
    *,
    last_words: tuple[Destination, OutgoingMessage] | None = None,
    asked_by: Message | None = None,
    once: str | None = None,
    again_after_s: float | None = None,
) -> Erased:
    keys, key = conversations_of(tx, user_id), private_conversation(user_id)
    if asked_by is not None and waiting_command(tx, asked_by) is None:
        return NOTHING
    if once is not None and not say_once(tx, once, now, again_after_s=again_after_s):
        return NOTHING
    places = places_outside(tx, user_id)
    _forget_asker(tx, user_id, places)
    erased = Erased(
        files=_retire_owned(tx, user_id, micros(now)),
        items=tx.delete_all(all_of(tx, keys, HISTORY_OF))
        + tx.delete_all(tx.range(HISTORY_OWNED, user_id)),
        messages=_erase_asked(tx, user_id, micros(now)) + tx.delete_all(_messages_of(tx, keys)),
        outbox=tx.delete_all(all_of(tx, keys, OUTBOX_OF)) + _drop_answers(tx, user_id, micros(now)),
    )
    _end_their_own(tx, user_id, places, micros(now))
    _erase_the_rest(tx, user_id, keys)
    if last_words is not None:
        put_on_its_way(tx, key, *last_words, micros(now))
    return erased


def _drop_answers(tx: Transaction, user_id: int, now: int) -> int:
    """Drop answers on their way to them in groups; how many."""
    dropped, served = 0, tx.range(EXCHANGES_OWNED, user_id)
    for key in dict.fromkeys(row.conversation for row in served):
        turns = {row.turn for row in served if row.conversation == key}
        conversation = tx.get(CONVERSATIONS, key)
        if conversation is not None and conversation.undelivered:
            theirs = [part for part in tx.range(OUTBOX_OF, key) if part.turn in turns]
            if theirs:
                _fence(tx, key, now)
            dropped += drop(tx, key, theirs)
            refresh_ready(tx, key)
    return dropped


def _fence(tx: Transaction, key: str, now: int) -> None:
    """End claims of theirs: the worker that answers them, or sends the rest of an answer, notices
    within the pause. Until then its request may name files that the next question would let go."""
    conversation = tx.get(CONVERSATIONS, key)
    if conversation is not None and conversation.lease_until is not None:
        ended = with_stream(conversation, ())._replace(
            token=conversation.token + 1,
            lease_until=None,
            not_before=max(conversation.not_before, now + PAUSE),
        )
        tx.update(conversation, ended)


def _forget_stop(tx: Transaction, row: QueuedRow) -> None:
    """Forget that this message was to be stopped: the next is another's."""
    head = tx.first(QUEUE, row.conversation, 0)
    conversation = tx.get(CONVERSATIONS, row.conversation)
    if conversation is not None and head is not None and head.id == row.id:
        tx.update(conversation, conversation._replace(stopped_turn=None))


def _forget_asker(tx: Transaction, user_id: int, keys: Sequence[ConversationKey]) -> None:
    """Forget that they asked last in a group: then nobody but an admin may begin anew there."""
    for row in tx.get_all(GROUP_CONVERSATIONS, keys):
        if row is not None and row.asker == user_id:
            tx.update(row, row._replace(asker=NOBODY))


def _end_their_own(
    tx: Transaction, user_id: int, keys: Sequence[ConversationKey], now: int
) -> None:
    """End what is nobody else's there: where the bot is a guest, whoever answers is lost and ends
    nothing; and the key of one person's conversation in a group names them."""
    for key in keys:
        if is_guest(key) or owner_in_group(key) == user_id:
            end(tx, key, now)
            tx.delete_all(filter(None, [tx.get(GROUP_CONVERSATIONS, key)]))


def _messages_of(tx: Transaction, keys: Sequence[str]) -> list[Any]:
    """Messages of these conversations that wait, dead letters, and questions that wait for
    pages."""
    waiting = [row for key in keys for n in (0, 1) for row in tx.range(QUEUE, key, n)]
    return waiting + all_of(tx, keys, DEAD_OF) + all_of(tx, keys, PAGE_QUESTIONS_OF)


def _retire_owned(tx: Transaction, user_id: int, now: int) -> int:
    """Retire their files. A turn that runs, also somebody else's in a group, keeps what it asks
    with for a lease more; what it asks later is composed without them."""
    rows = [row for row in tx.range(FILES_OWNED, user_id) if is_to_go(row)]
    for row in rows:
        retire_file(tx, row, "erased", asked_until(tx.get(CONVERSATIONS, row.conversation), now))
    return len(rows)


def _erase_asked(tx: Transaction, user_id: int, now: int) -> int:
    """Delete their messages in groups, waiting ones and dead letters; how many."""
    rows, letters = asked_in_groups(tx, user_id)
    for row in rows:
        charge_of(tx, row.conversation, user_id)  # later it would name them
        if is_worked_on(tx, row):
            _fence(tx, row.conversation, now)
        _forget_stop(tx, row)
        dequeue(tx, row.conversation, [row])
        refresh_ready(tx, row.conversation)
    return len(rows) + tx.delete_all(letters)


def _erase_the_rest(tx: Transaction, user_id: int, keys: Sequence[str]) -> None:
    """Erase all that the receipt does not count; sums stay, as nobody's."""
    tx.delete_all([*all_of(tx, keys, EXCHANGES_OF), *tx.range(EXCHANGES_OWNED, user_id)])
    for key in keys:
        charge(tx, key)
    _forget(tx, user_id, keys)
    records.erase(tx, user_id)
    standings.erase(tx, user_id)
    feedback.erase(tx, user_id)
    choices.forget(tx, owned_by_person(user_id))


def _forget(tx: Transaction, user_id: int, keys: Sequence[str]) -> None:
    found = (
        *tx.get_all(CONVERSATIONS, keys),
        tx.get(BLOCKED, user_id),
        *tx.get_all(MARKS, (said_mark(f"storage:{user_id}"), adopted_mark(user_id))),
        *all_of(tx, keys, MARKS_OF),
        *tx.range(IN_GROUP, user_id),
    )
    tx.delete_all(row for row in found if row is not None)
