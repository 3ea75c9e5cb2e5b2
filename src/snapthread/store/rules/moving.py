"""A group that has another id: its conversations go on under that. Promises: ports/groups.py."""

from dataclasses import replace
from typing import Any

from snapthread.model import ConversationKey
from snapthread.model.preferences import owned_by_group
from snapthread.store.codec import dump_destination, dump_message, load_destination, load_message
from snapthread.store.rules import choices
from snapthread.store.rules.conversations import ensure_conversation
from snapthread.store.rules.files import STATES
from snapthread.store.rules.groups import forget_hello, hello_mark
from snapthread.store.rules.quotas import charge
from snapthread.store.rules.readiness import refresh_ready
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES_OF,
    GROUP_CONVERSATIONS,
    HISTORY,
    HISTORY_OF,
    IN_GROUP,
    ConversationRow,
    GroupConversationRow,
)
from snapthread.store.schema.files import FILES_OF
from snapthread.store.schema.processes import MARKS, MARKS_OF
from snapthread.store.schema.queues import DEAD_OF, OUTBOX, OUTBOX_OF, QUEUE, QUEUED
from snapthread.store.schema.usage import GROUP_DAYS_OF
from snapthread.store.table import Table
from snapthread.store.transaction import Transaction


def move_group(tx: Transaction, chat_id: int, new_chat_id: int) -> int:
    rows = tx.range(IN_GROUP, chat_id)
    choices.move(tx, owned_by_group(chat_id), owned_by_group(new_chat_id))
    for row in rows:
        new = row.conversation.replace(f"group:{chat_id}:", f"group:{new_chat_id}:", 1)
        _move(tx, row.conversation, new, new_chat_id)
        tx.delete(row)
        tx.put(GROUP_CONVERSATIONS, GroupConversationRow(new, new_chat_id, row.asker))
        refresh_ready(tx, new)
    if (hello := forget_hello(tx, chat_id)) is not None:
        tx.put(MARKS, hello._replace(key=hello_mark(new_chat_id)))
    for day in tx.range(GROUP_DAYS_OF, chat_id):
        tx.delete(day)
        tx.add(day._replace(chat_id=new_chat_id))
    return len(rows)


def _move(tx: Transaction, key: str, new: str, chat_id: int) -> None:
    """Move one conversation. A worker that has it is fenced off, and its question is asked again
    there."""
    old = tx.get(CONVERSATIONS, key)
    charge(tx, key)
    if old is None:
        return
    conversation = ensure_conversation(tx, new)
    _move_files(tx, old, new, conversation.epoch)
    moved = _move_messages(tx, key, new, chat_id)
    moved += _move_parts(tx, key, new, chat_id) + _move_lines(tx, key, new)
    tx.update(conversation, _together(conversation, old, moved))
    tx.delete_all(tx.range(MARKS_OF, key))
    tx.delete_all(tx.range(EXCHANGES_OF, key))  # messages have other numbers there
    tx.delete(old)


def _together(conversation: ConversationRow, old: ConversationRow, moved: int) -> ConversationRow:
    """The conversation once the old one is in it, with so many more numbers given away."""
    return conversation._replace(
        token=conversation.token + 1,
        lease_until=None,
        stopped_turn=None,
        stream=None,
        stream_rest=None,
        last_id=max(old.last_id, conversation.last_id) + moved,
        last_label=max(old.last_label, conversation.last_label),
        turns=max(old.turns, conversation.turns),
        history_start=max(old.history_start, conversation.history_start),
        queued=old.queued + conversation.queued,
        urgent=old.urgent + conversation.urgent,
        undelivered=old.undelivered + conversation.undelivered,
    )


def _move_files(tx: Transaction, old: ConversationRow, new: str, epoch: int) -> None:
    for state in STATES:
        for file in tx.range(FILES_OF, old.key, state):
            is_of_now = file.epoch == old.epoch
            moved = file._replace(conversation=new, epoch=epoch if is_of_now else -1)
            tx.update(file, moved)


def _move_messages(tx: Transaction, key: str, new: str, chat_id: int) -> int:
    """Move its queue and its dead letters."""
    rows = [*tx.range(QUEUE, key, 0), *tx.range(QUEUE, key, 1)]
    for row in rows:
        tx.delete(row)
        text, id = _readdress(row.message, new, chat_id), _free(tx, QUEUED, new, row.id)
        tx.insert(row._replace(conversation=new, id=id, message=text, token=None, again=None))
    for letter in tx.range(DEAD_OF, key):
        text = _readdress(letter.message, new, chat_id)
        tx.update(letter, letter._replace(conversation=new, message=text))
    return len(rows)


def _readdress(text: str, new: str, chat_id: int) -> str:
    message = load_message(text)
    return dump_message(replace(message, conversation=ConversationKey(new), chat_id=chat_id))


def _move_parts(tx: Transaction, key: str, new: str, chat_id: int) -> int:
    """Move its outbox: messages have other numbers there, so nothing is replied to or replaced."""
    rows = tx.range(OUTBOX_OF, key)
    for row in rows:
        tx.delete(row)
        to = load_destination(row.destination)
        there = dump_destination(replace(to, chat_id=chat_id, reply_to=None, replaces=None))
        id = _free(tx, OUTBOX, new, row.id)
        tx.insert(row._replace(conversation=new, id=id, destination=there, turn=None))
    return len(rows)


def _move_lines(tx: Transaction, key: str, new: str) -> int:
    rows = tx.range(HISTORY_OF, key)
    for row in rows:
        tx.delete(row)
        tx.insert(row._replace(conversation=new, id=_free(tx, HISTORY, new, row.id)))
    return len(rows)


def _free(tx: Transaction, table: Table[Any], key: str, id: int) -> int:
    """The same number there, or the next that is free."""
    while tx.get(table, key, id) is not None:
        id += 1
    return id
