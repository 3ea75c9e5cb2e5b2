"""Everything that is held on one person: to be shown, to be erased. Promises: ports/people.py."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from snapthread.model import (
    Destination,
    DocumentFacts,
    Erased,
    LedgerFile,
    Message,
    OutgoingMessage,
    Part,
    Storage,
    private_conversation,
)
from snapthread.store.codec import (
    load_document,
    load_images,
    load_message,
    load_part,
    micros,
    moment,
)
from snapthread.store.rules import choices, feedback, records, standings
from snapthread.store.rules.files import LOST, as_file, is_to_go, picture_of, retire_file
from snapthread.store.rules.outgoing import put_on_its_way, say_once
from snapthread.store.rules.quotas import charge
from snapthread.store.rules.rows import (
    dequeue,
    ensure_conversation,
    held_until,
    refresh_ready,
    set_mark,
    waiting_command,
)
from snapthread.store.rules.uploads import retired_file
from snapthread.store.schema.conversations import (
    CONVERSATIONS,
    EXCHANGES_OF,
    EXCHANGES_OWNED,
    HISTORY,
    HISTORY_OWNED,
    IN_GROUP,
    HistoryRow,
)
from snapthread.store.schema.files import FILES_OWNED, File
from snapthread.store.schema.processes import BLOCKED, BLOCKED_AT, MARKS, MARKS_OF, BlockedUser
from snapthread.store.schema.queues import (
    ALL_QUEUED,
    DEAD_AT,
    DEAD_OF,
    OUTBOX,
    PAGE_QUESTIONS_OF,
    QUEUE,
    DeadLetter,
    Queued,
)
from snapthread.store.table import Index
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
    keys, key = _conversations_of(tx, user_id), private_conversation(user_id)
    if asked_by is not None and waiting_command(tx, asked_by) is None:
        return NOTHING
    if once is not None and not say_once(tx, once, now, again_after_s=again_after_s):
        return NOTHING
    erased = Erased(
        files=_retire_owned(tx, user_id, micros(now)),
        items=tx.delete_all(_all_of(tx, keys, HISTORY))
        + tx.delete_all(tx.range(HISTORY_OWNED, user_id)),
        messages=_erase_asked(tx, user_id) + tx.delete_all(_messages_of(tx, keys)),
        outbox=tx.delete_all(_all_of(tx, keys, OUTBOX)),
    )
    tx.delete_all([*_all_of(tx, keys, EXCHANGES_OF), *tx.range(EXCHANGES_OWNED, user_id)])
    for each in keys:
        charge(tx, each)
    _forget(tx, user_id, keys)
    records.erase(tx, user_id)
    standings.erase(tx, user_id)
    feedback.erase(tx, user_id)
    choices.forget(tx, f"user:{user_id}")
    if last_words is not None:
        put_on_its_way(tx, key, *last_words, micros(now))
    return erased


def _conversations_of(tx: Transaction, user_id: int) -> list[str]:
    """Of the private chat, with its topics."""
    topics = [row.conversation for row in tx.range(IN_GROUP, user_id)]
    return [private_conversation(user_id), *topics]


def _all_of(tx: Transaction, keys: Sequence[str], index: Index[Any]) -> list[Any]:
    return [row for key in keys for row in tx.range(index, key)]


def _messages_of(tx: Transaction, keys: Sequence[str]) -> list[Any]:
    """Also what was put aside, and what waits for pages to be chosen."""
    waiting = [row for key in keys for n in (0, 1) for row in tx.range(QUEUE, key, n)]
    return waiting + _all_of(tx, keys, DEAD_OF) + _all_of(tx, keys, PAGE_QUESTIONS_OF)


def _retire_owned(tx: Transaction, user_id: int, now: int) -> int:
    """A turn that runs keeps what it asks with until its lease is over, also somebody else's turn
    in a group."""
    rows = [row for row in tx.range(FILES_OWNED, user_id) if is_to_go(row)]
    for row in rows:
        retire_file(tx, row, "erased", held_until(tx.get(CONVERSATIONS, row.conversation), now))
    return len(rows)


def _erase_asked(tx: Transaction, user_id: int) -> int:
    """In groups: what waits, or was put aside, of this person."""
    rows = [row for row in tx.range(ALL_QUEUED) if _is_theirs(row, user_id)]
    for row in rows:
        if row.token is not None:
            charge(tx, row.conversation)  # what is asked for them now; later it would name them
        dequeue(tx, row.conversation, [row])
        refresh_ready(tx, row.conversation)
    letters = [row for row in tx.range(DEAD_AT) if _is_theirs(row, user_id)]
    return len(rows) + tx.delete_all(letters)


def _is_theirs(row: Queued | DeadLetter, user_id: int) -> bool:
    if not row.conversation.startswith(("group:", "guest:")):
        return False
    return load_message(row.message).user_id == user_id


def _forget(tx: Transaction, user_id: int, keys: Sequence[str]) -> None:
    found = (
        *tx.get_all(CONVERSATIONS, keys),
        tx.get(BLOCKED, user_id),
        *tx.get_all(MARKS, (f"said:storage:{user_id}", adopted_mark(user_id))),
        *_all_of(tx, keys, MARKS_OF),
        *tx.range(IN_GROUP, user_id),
    )
    tx.delete_all(row for row in found if row is not None)


def adopted_mark(user_id: int) -> str:
    return f"said:adopted:{user_id}"


def adopt(
    tx: Transaction,
    user_id: int,
    openai_ids: Sequence[str],
    now: datetime,
    *,
    due_at: datetime,
    outgoing: OutgoingMessage,
) -> int:
    """The first generation kept no more than the ids."""
    key, at = private_conversation(user_id), micros(now)
    talk = ensure_conversation(tx, key)
    known = {row.openai_id for row in tx.range(FILES_OWNED, user_id)}
    fresh = [openai_id for openai_id in dict.fromkeys(openai_ids) if openai_id not in known]
    for id in fresh:
        name = f"adopted-{user_id}-{id}"
        due = micros(due_at)
        tx.insert(retired_file(name, key, talk.epoch, user_id, id, "adopted", at, due))
    if fresh and set_mark(tx, adopted_mark(user_id), at, wait=None):
        put_on_its_way(tx, key, Destination(chat_id=user_id), outgoing, at)
    return len(fresh)


def storage_of(tx: Transaction, user_id: int) -> Storage:
    rows = [row for row in tx.range(FILES_OWNED, user_id) if row.reason != LOST]
    pictures = {picture_of(row) for row in rows}
    return Storage(files=len(pictures), size_bytes=sum(row.size_bytes for row in rows))


def files_owned(tx: Transaction, user_id: int) -> tuple[LedgerFile, ...]:
    return tuple(map(as_file, tx.range(FILES_OWNED, user_id)))


def export(tx: Transaction, user_id: int) -> dict[str, Any]:
    general, *topics = keys = _conversations_of(tx, user_id)
    waiting = [row for key in keys for n in (0, 1) for row in tx.range(QUEUE, key, n)]
    return {
        "user_id": user_id,
        "conversation": [_line(row) for row in tx.range(HISTORY, general)],
        "topics": [_line(row) for row in _all_of(tx, topics, HISTORY)],
        "groups": [_line(row) for row in tx.range(HISTORY_OWNED, user_id)],
        "asked_of_late": [
            json.loads(text)
            for row in [*_all_of(tx, keys, EXCHANGES_OF), *tx.range(EXCHANGES_OWNED, user_id)]
            for text in json.loads(row.messages)
        ],
        "files": [_file(row) for row in tx.range(FILES_OWNED, user_id)],
        "waiting": [json.loads(row.message) for row in sorted(waiting, key=lambda row: row.id)],
        "waiting_for_pages": [
            json.loads(text)
            for row in _all_of(tx, keys, PAGE_QUESTIONS_OF)
            for text in json.loads(row.messages)
        ],
        "dead_letters": [json.loads(row.message) for row in _all_of(tx, keys, DEAD_OF)],
        "not_delivered": [json.loads(row.outgoing) for row in _all_of(tx, keys, OUTBOX)],
        **standings.export(tx, user_id),
        "preferences": choices.preferences(tx, f"user:{user_id}").told(),
        **records.export(tx, user_id),
    }


def _line(row: HistoryRow) -> dict[str, Any]:
    photos = {photo.label: photo for photo in reversed(load_images(row.images))}
    return {
        "role": row.role,
        "at": moment(row.at).isoformat(),
        "text": row.text,
        "photos": [
            {
                "label": photo.label,
                "file": photo.file,
                "sent_at": photo.sent_at.isoformat(),
                **_name(photo.document),
            }
            for _, photo in sorted(photos.items())
        ],
    }


def _file(row: File) -> dict[str, Any]:
    return (
        {
            "label": row.label,
            "image": row.image_key,
            "state": row.state,
            "openai_file_id": row.openai_id,
            "telegram_file_id": row.telegram_id,
            "bytes": row.size_bytes,
            "width": row.width,
            "height": row.height,
            "uploaded_at": moment(row.created_at).isoformat(),
        }
        | _name(load_document(row.document))
        | _part(load_part(row.part))
    )


def _part(part: Part | None) -> dict[str, Any]:
    return {} if part is None else {"part": part.number, "parts": part.of}


def _name(document: DocumentFacts | None) -> dict[str, Any]:
    return {} if document is None else {"document": document.name, "pages": document.pages}


def note_blocked(tx: Transaction, user_id: int, blocked_at: datetime | None) -> None:
    row = tx.get(BLOCKED, user_id)
    if blocked_at is None and row is not None:
        tx.delete(row)
    if blocked_at is not None and row is None:
        tx.insert(BlockedUser(user_id, micros(blocked_at)))


def blocked_before(tx: Transaction, before: datetime, *, limit: int) -> tuple[int, ...]:
    return tuple(row.user_id for row in tx.range(BLOCKED_AT, high=micros(before), limit=limit))
