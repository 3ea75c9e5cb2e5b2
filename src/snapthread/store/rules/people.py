"""One person: their conversations, their files, and whether they blocked the bot.

Promises: ports/people.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from snapthread.model import ConversationKey, LedgerFile, Storage, private_conversation
from snapthread.store.codec import load_message, micros
from snapthread.store.rules.files import LOST, as_file, picture_of
from snapthread.store.schema.conversations import EXCHANGES_OWNED, HISTORY_OWNED, IN_GROUP
from snapthread.store.schema.files import FILES_OWNED
from snapthread.store.schema.people import PEOPLE
from snapthread.store.schema.processes import BLOCKED, BLOCKED_AT, BlockedUserRow
from snapthread.store.schema.queues import ALL_QUEUED, DEAD_AT, DeadLetterRow, QueuedRow
from snapthread.store.table import Index
from snapthread.store.transaction import Transaction


def conversations_of(tx: Transaction, user_id: int) -> list[str]:
    """Conversations of the private chat, with its topics."""
    topics = [row.conversation for row in tx.range(IN_GROUP, user_id)]
    return [private_conversation(user_id), *topics]


def all_of(tx: Transaction, keys: Sequence[str], index: Index[Any]) -> list[Any]:
    return [row for key in keys for row in tx.range(index, key)]


def asked_in_groups(tx: Transaction, user_id: int) -> tuple[list[QueuedRow], list[DeadLetterRow]]:
    """Their messages that wait, and their dead letters, in conversations of several people."""
    waiting = [row for row in tx.range(ALL_QUEUED) if _is_theirs(row, user_id)]
    return waiting, [row for row in tx.range(DEAD_AT) if _is_theirs(row, user_id)]


def _is_theirs(row: QueuedRow | DeadLetterRow, user_id: int) -> bool:
    if not row.conversation.startswith(("group:", "guest:")):
        return False
    try:
        return load_message(row.message).user_id == user_id
    except ValueError:  # nobody can tell whose it is: it bars no erasure
        return False


def places_outside(tx: Transaction, user_id: int) -> list[ConversationKey]:
    """Conversations outside of their private chat in which there is something of theirs."""
    waiting, _ = asked_in_groups(tx, user_id)
    keys = [row.conversation for row in waiting]
    keys += [row.conversation for row in tx.range(HISTORY_OWNED, user_id)]
    keys += [row.conversation for row in tx.range(EXCHANGES_OWNED, user_id)]
    keys += [row.conversation for row in tx.range(FILES_OWNED, user_id)]
    return [ConversationKey(key) for key in dict.fromkeys(keys)]


def storage_of(tx: Transaction, user_id: int) -> Storage:
    rows = [row for row in tx.range(FILES_OWNED, user_id) if row.reason != LOST]
    pictures = {picture_of(row) for row in rows}
    return Storage(files=len(pictures), size_bytes=sum(row.size_bytes for row in rows))


def files_owned(tx: Transaction, user_id: int) -> tuple[LedgerFile, ...]:
    return tuple(map(as_file, tx.range(FILES_OWNED, user_id)))


def note_blocked(tx: Transaction, user_id: int, blocked_at: datetime | None) -> None:
    row = tx.get(BLOCKED, user_id)
    if blocked_at is None and row is not None:
        tx.delete(row)
    if blocked_at is not None and row is None:
        tx.insert(BlockedUserRow(user_id, micros(blocked_at)))


def blocked_before(tx: Transaction, before: datetime, *, limit: int) -> tuple[int, ...]:
    at = micros(before)
    users = [row.user_id for row in tx.range(BLOCKED_AT, high=at)]
    people = zip(users, tx.get_all(PEOPLE, users), strict=True)
    idle = [user for user, person in people if person is None or person.last_at <= at]
    return tuple(idle[:limit])
