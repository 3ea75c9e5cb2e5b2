"""Ways to ask a question anew: /retry and buttons. Each is decided in one transaction.

Promises: ports/exchanges.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from snapthread.errors import LeaseLost
from snapthread.model import CONTINUE, AskAgain, AskAnewResult, Claim, Message, OutgoingMessage
from snapthread.store.codec import micros
from snapthread.store.rules.claiming import with_messages
from snapthread.store.rules.conversations import check_lease
from snapthread.store.rules.exchanges import messages_of, newest, row_of
from snapthread.store.rules.outgoing import add_to_outbox
from snapthread.store.rules.queued import claimed_messages, dequeue, waiting_command
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.rules.redo import put_again
from snapthread.store.schema.conversations import ExchangeRow
from snapthread.store.schema.queues import QUEUE
from snapthread.store.transaction import Transaction


def reopen(tx: Transaction, claim: Claim, turn: int, now: datetime) -> Claim | None:
    """`/retry` becomes the question that it asks anew, in one transaction."""
    check_lease(tx, claim)
    row, commands = row_of(tx, claim.conversation, turn), claimed_messages(tx, claim)
    if not commands:
        raise LeaseLost(claim.conversation)
    if row is None:
        return None
    dequeue(tx, claim.conversation, commands)
    put_again(tx, row, messages_of(row), micros(now), head=commands[0].id)
    refresh_ready(tx, claim.conversation)
    return with_messages(tx, claim)


# ---------------------------------------------------------------- buttons


def ask_again(
    tx: Transaction,
    press: Message,
    turn: int,
    how: AskAgain,
    now: datetime,
    *,
    otherwise: Mapping[AskAnewResult, Sequence[OutgoingMessage]],
) -> AskAnewResult:
    waiting = waiting_command(tx, press)
    if waiting is None:
        return "asked"
    key, at = press.conversation, micros(now)
    row = row_of(tx, key, turn)
    asked = _may_ask(tx, key, row, turn, how)
    dequeue(tx, key, [waiting])
    if asked == "asked" and row is not None:
        put_again(tx, row, _messages(row, press, how), at, head=None)
    add_to_outbox(tx, key, press.destination, otherwise.get(asked, ()), at)
    refresh_ready(tx, key)
    return asked


def _may_ask(
    tx: Transaction, key: str, row: ExchangeRow | None, turn: int, how: AskAgain
) -> AskAnewResult:
    queue = tx.range(QUEUE, key, 0)
    if any(each.again == turn for each in queue):
        return "twice"
    if row is None:
        return "gone"
    last = newest(tx, key)
    if how != "from" and (queue or last is None or last.turn != turn):
        return "older"
    if how == CONTINUE and row.ending != "cut":
        return "gone"
    return "busy" if queue else "asked"


def _messages(row: ExchangeRow, press: Message, how: AskAgain) -> list[Message]:
    if how != CONTINUE:
        return messages_of(row)
    return [replace(press, kind="question", word=CONTINUE, press_id=None)]
