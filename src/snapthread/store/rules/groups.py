"""Groups: their conversations, who asked last, topics, guests, and what stays when the bot goes.

Promises: ports/groups.py.
"""

from datetime import datetime

from snapthread.model import Claim, ConversationKey, is_guest
from snapthread.model.preferences import owned_by_group
from snapthread.store.codec import load_message, micros
from snapthread.store.rules import choices
from snapthread.store.rules.conversations import asked_until, is_held
from snapthread.store.rules.files import count_held
from snapthread.store.rules.marks import said_mark
from snapthread.store.rules.quotas import charge
from snapthread.store.rules.retiring import retire_conversation
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES_OF,
    GROUP_CONVERSATIONS,
    HISTORY_OF,
    IN_GROUP,
    GroupConversationRow,
)
from snapthread.store.schema.processes import MARKS, MARKS_OF, MarkRow
from snapthread.store.schema.queues import DEAD_OF, OUTBOX_OF, PAGE_QUESTIONS_OF, QUEUE
from snapthread.store.schema.usage import GROUP_DAYS_OF
from snapthread.store.transaction import Transaction


def last_asker(tx: Transaction, conversation: ConversationKey) -> int | None:
    row = tx.get(GROUP_CONVERSATIONS, conversation)
    return row.asker if row else None


def asker_in_turn(tx: Transaction, conversation: ConversationKey) -> int | None:
    head = tx.first(QUEUE, conversation, 0)
    return load_message(head.message).user_id if head else None


# ---------------------------------------------------------------- topics


def note_topic(tx: Transaction, conversation: ConversationKey, chat_id: int) -> None:
    """Note a topic of a private chat that waits for a name."""
    if tx.get(GROUP_CONVERSATIONS, conversation) is None:
        tx.insert(GroupConversationRow(conversation, chat_id, is_unnamed=1))


def take_unnamed(tx: Transaction, conversation: ConversationKey) -> bool:
    row = tx.get(GROUP_CONVERSATIONS, conversation)
    if row is None or not row.is_unnamed:
        return False
    tx.update(row, row._replace(is_unnamed=0))
    return True


def end_topic(tx: Transaction, conversation: ConversationKey, now: datetime) -> int | None:
    row, topic = tx.get(CONVERSATIONS, conversation), tx.get(GROUP_CONVERSATIONS, conversation)
    if topic is None or row is None or is_held(row, micros(now)):
        return None
    if row.queued or row.urgent or row.undelivered:
        return None
    files = end(tx, conversation, micros(now))
    tx.delete(topic)
    return files


# ---------------------------------------------------------------- guests


def end_guest(tx: Transaction, claim: Claim, now: int) -> None:
    """Keep nothing of a question where the bot is no member, once it is answered."""
    if is_guest(claim.conversation):
        end(tx, claim.conversation, now)


# ---------------------------------------------------------------- the bot is not there any more


def leave_group(tx: Transaction, chat_id: int, now: datetime) -> int:
    files = 0
    for row in tx.range(IN_GROUP, chat_id):
        files += end(tx, row.conversation, micros(now))
        tx.delete(row)
    choices.forget(tx, owned_by_group(chat_id))
    tx.delete_all(tx.range(GROUP_DAYS_OF, chat_id))
    forget_hello(tx, chat_id)
    return files


def hello_mark(chat_id: int) -> str:
    """The mark that it introduced itself."""
    return said_mark(f"hello:{chat_id}")


def forget_hello(tx: Transaction, chat_id: int) -> MarkRow | None:
    mark = tx.get(MARKS, hello_mark(chat_id))
    if mark is not None:
        tx.delete(mark)
    return mark


def end(tx: Transaction, key: str, now: int) -> int:
    """Delete a conversation with all in it but files to delete; returns how many these are."""
    conversation = tx.get(CONVERSATIONS, key)
    retire_conversation(tx, key, due_at=asked_until(conversation, now))
    charge(tx, key)
    for rows in (
        tx.range(QUEUE, key, 0),
        tx.range(QUEUE, key, 1),
        tx.range(DEAD_OF, key),
        tx.range(PAGE_QUESTIONS_OF, key),
        tx.range(OUTBOX_OF, key),
        tx.range(HISTORY_OF, key),
        tx.range(EXCHANGES_OF, key),
        tx.range(MARKS_OF, key),
    ):
        tx.delete_all(rows)
    if conversation is not None:
        tx.delete(conversation)
    return count_held(tx, key)
