"""Messages of a queue: read, found by what claimed or sent them, and taken out."""

from collections.abc import Sequence
from typing import Final

from snapthread.errors import ConversationBroken
from snapthread.model import Claim, Message
from snapthread.store.codec import dump_message, load_message
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.queues import BUNDLE, DEAD_LETTERS, QUEUE, DeadLetterRow, QueuedRow
from snapthread.store.transaction import Transaction

# Of a row that cannot be read, and of a mistake of ours; never of a backend.
BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def new_row(message: Message, id: int, now: int, bundle: str | None) -> QueuedRow:
    """A message as it is put into a queue."""
    return QueuedRow(
        conversation=message.conversation,
        id=id,
        update_id=message.update_id,
        kind=message.kind,
        is_urgent=int(message.is_urgent),
        arrived_at=now,
        ready_at=now,
        message=dump_message(message),
        bundle=bundle,
    )


def read_message(row: QueuedRow | DeadLetterRow) -> Message:
    """The message of a row; raises ConversationBroken."""
    try:
        return load_message(row.message)
    except BROKEN as error:
        raise ConversationBroken(row.conversation) from error


def waiting_command(tx: Transaction, command: Message) -> QueuedRow | None:
    """The urgent command that this update brought; None where it is done with."""
    row = tx.get(CONVERSATIONS, command.conversation)
    urgent = tx.range(QUEUE, command.conversation, 1) if row is not None and row.urgent else []
    return next((row for row in urgent if row.update_id == command.update_id), None)


def claimed_messages(tx: Transaction, claim: Claim) -> list[QueuedRow]:
    """The messages that the claim works on: the oldest, with what belongs to it."""
    row = tx.get(CONVERSATIONS, claim.conversation)
    head = tx.first(QUEUE, claim.conversation, 0) if row is not None and row.queued else None
    if head is None or head.token != claim.token:
        return []
    return [each for each in bundle_of(tx, head) if each.token == claim.token]


def bundle_of(tx: Transaction, head: QueuedRow) -> list[QueuedRow]:
    """A message with the parts of its album, or of its cut text."""
    return [head] if head.bundle is None else tx.range(BUNDLE, head.conversation, head.bundle)


def bury(tx: Transaction, row: QueuedRow, now: int) -> None:
    """Keep a message that is not tried again, for the operator."""
    letter = DeadLetterRow(
        update_id=row.update_id,
        conversation=row.conversation,
        kind=row.kind,
        attempts=row.attempts,
        at=now,
        message=row.message,
    )
    tx.put(DEAD_LETTERS, letter)


def dequeue(tx: Transaction, key: str, rows: Sequence[QueuedRow]) -> int:
    """Take these messages out of their queue."""
    row = tx.get(CONVERSATIONS, key)
    urgent = sum(message.is_urgent for message in rows)
    if row is not None:
        queued = row.queued - len(rows) + urgent
        tx.update(row, row._replace(queued=queued, urgent=row.urgent - urgent))
    return tx.delete_all(rows)
