"""Claims: a worker takes the question of a conversation that has work and that nobody holds.

It holds the conversation for the time of a lease, by a token that is higher than any before; what
an older token still tries to write is refused. Promises: ports/message_queue.py.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from snapthread.errors import ConversationBroken
from snapthread.model import Claim, ConversationKey, Message
from snapthread.ports import Arrival
from snapthread.store.codec import load_message, micros, micros_of
from snapthread.store.requests import Range
from snapthread.store.rules.accepting import accept
from snapthread.store.rules.conversations import check_lease, is_held
from snapthread.store.rules.exchanges import replaced_ids_of
from snapthread.store.rules.marks import has_mark
from snapthread.store.rules.outgoing import waiting_outbox
from snapthread.store.rules.queued import BROKEN, bundle_of, claimed_messages
from snapthread.store.rules.readiness import LEFT_PER_LOOK, refresh_ready, waits_until
from snapthread.store.rules.redo import redo_of
from snapthread.store.rules.times import GATHER_MOST, LEASE_MOST
from snapthread.store.schema.conversations import CONVERSATIONS, HELD, READY, ConversationRow
from snapthread.store.schema.queues import BUNDLE, QUEUE, QueuedRow
from snapthread.store.transaction import OutdatedError, Transaction

READY_PER_LOOK: Final = 16  # to choose from where others claim at the same moment


def claim(
    tx: Transaction, now: datetime, *, lease_s: float, only: ConversationKey | None = None
) -> Claim | None:
    at = micros(now)
    key = only or _next_ready(tx, at)
    row = None if key is None else tx.get(CONVERSATIONS, key)
    if row is None or not _is_ready(row, at):
        if key is None or only is not None:
            return None
        raise OutdatedError  # somebody else was first: the next one is looked for
    try:
        return _claimed(tx, row, lease_until=at + micros_of(lease_s))
    except BROKEN as error:
        raise ConversationBroken(row.key) from error


def _claimed(tx: Transaction, row: ConversationRow, *, lease_until: int) -> Claim:
    row = tx.update(row, row._replace(token=row.token + 1, lease_until=lease_until))
    turn = row.turns + 1
    bare = Claim(
        conversation=ConversationKey(row.key),
        token=row.token,
        epoch=row.epoch,
        turn=turn,
        is_stopped=row.stopped_turn == turn,
        inline_id=row.inline_id,
    )
    outbox = waiting_outbox(tx, row.key) if row.undelivered else ()
    return replace(bare, outbox=outbox) if outbox else with_messages(tx, bare)


def accept_and_claim(
    tx: Transaction,
    arrivals: Sequence[Arrival],
    now: datetime,
    *,
    quiet_s: float,
    claims: int,
    lease_s: float,
) -> tuple[frozenset[ConversationKey], tuple[Claim, ...]]:
    taken = accept(tx, arrivals, now, quiet_s=quiet_s)
    in_order = dict.fromkeys(each.message.conversation for each in arrivals)
    tried = [key for key in in_order if key in taken][:claims]
    found = [claim(tx, now, lease_s=lease_s, only=key) for key in tried]
    return taken, tuple(each for each in found if each is not None)


def _is_ready(row: ConversationRow, now: int) -> bool:
    has_work = row.ready_at is not None and waits_until(row, now) <= now
    return has_work and not is_held(row, now)


def _next_ready(tx: Transaction, now: int) -> str | None:
    """The conversation that has been ready longest: of those that nobody holds and those whose
    worker died; if there is none, of those that a clock that was set back has put off."""
    ready = Range(READY, high=now, limit=READY_PER_LOOK if tx.tries else 1)
    left = Range(HELD, high=now, limit=LEFT_PER_LOOK)
    put_off = Range(READY, low=now + GATHER_MOST + 1, limit=LEFT_PER_LOOK)
    barred = Range(HELD, low=now + LEASE_MOST + 1, limit=LEFT_PER_LOOK)
    tx.expect(ready, left, put_off, barred)
    found = [*tx.rows(ready), *tx.rows(left)] or [*tx.rows(put_off), *tx.rows(barred)]
    free: list[ConversationRow] = [row for row in found if _is_ready(row, now)]
    if not free:
        return None
    if tx.tries:
        return random.choice(free).key  # others take the first ones too
    return min(free, key=lambda row: row.ready_at or 0).key


def with_messages(tx: Transaction, bare: Claim) -> Claim:
    head = tx.first(QUEUE, bare.conversation, 0)
    if head is None:  # one that is ready has a part or a message
        raise ConversationBroken(bare.conversation)
    rows = list(bundle_of(tx, head))
    for row in rows:
        tx.update(row, row._replace(token=bare.token))
    messages = _in_order(rows)
    redo = None if head.again is None else redo_of(tx, bare, head.again, messages[0])
    return replace(
        bare,
        messages=messages,
        redo=redo,
        stream=replaced_ids_of(tx, replace(bare, redo=redo), check_lease(tx, bare)),
        attempt=1 + max(row.attempts for row in rows),
        is_suspect=any(row.token is not None for row in rows),  # nobody gave it back
        is_late=messages[0].album_id is not None
        and has_mark(tx, served_mark(bare, head.bundle or "")),
    )


def served_mark(claim: Claim, bundle: str) -> str:
    """The mark of an album that was served, whether answered, refused or failed: a part that comes
    later is late. Its key has the word of older stores."""
    return f"answered:{claim.conversation}:{claim.epoch}:{bundle}"


def _in_order(rows: Iterable[QueuedRow]) -> tuple[Message, ...]:
    """As the person sent them: an album's parts may arrive in any order."""
    messages = [load_message(row.message) for row in rows]
    return tuple(sorted(messages, key=lambda message: message.message_id))


def take_stragglers(tx: Transaction, claim: Claim) -> tuple[Message, ...]:
    if check_lease(tx, claim).urgent:
        return ()  # what came after the command is not asked before it
    bundles = {row.bundle for row in claimed_messages(tx, claim)} - {None}
    stragglers = [
        tx.update(row, row._replace(token=claim.token))
        for bundle in bundles
        for row in tx.range(BUNDLE, claim.conversation, bundle or "")
        if row.token is None
    ]
    if stragglers:
        refresh_ready(tx, claim.conversation)
    return _in_order(stragglers)
