"""Everything that is held on one person, to be shown. Promises: ports/people.py."""

import json
from collections.abc import Sequence
from typing import Any

from snapthread.model import DocumentFacts, Part
from snapthread.model.preferences import owned_by_person
from snapthread.store.codec import load_document, load_images, load_part, moment
from snapthread.store.rules import choices, feedback, records, standings
from snapthread.store.rules.people import all_of, asked_in_groups, conversations_of
from snapthread.store.schema.conversations import (
    EXCHANGES_OF,
    EXCHANGES_OWNED,
    HISTORY_OF,
    HISTORY_OWNED,
    ExchangeRow,
    HistoryRow,
)
from snapthread.store.schema.files import FILES_OWNED, FileRow
from snapthread.store.schema.queues import (
    DEAD_OF,
    OUTBOX_OF,
    PAGE_QUESTIONS_OF,
    QUEUE,
    PageQuestionRow,
)
from snapthread.store.transaction import Transaction


def export(tx: Transaction, user_id: int) -> dict[str, Any]:
    general, *topics = keys = conversations_of(tx, user_id)
    waiting, dead_letters = asked_in_groups(tx, user_id)
    waiting += [row for key in keys for n in (0, 1) for row in tx.range(QUEUE, key, n)]
    dead_letters += all_of(tx, keys, DEAD_OF)
    return {
        "user_id": user_id,
        "conversation": [_line(row) for row in tx.range(HISTORY_OF, general)],
        "topics": [_line(row) for row in all_of(tx, topics, HISTORY_OF)],
        "groups": [_line(row) for row in tx.range(HISTORY_OWNED, user_id)],
        "asked_of_late": _messages(
            [*all_of(tx, keys, EXCHANGES_OF), *tx.range(EXCHANGES_OWNED, user_id)]
        ),
        "files": [_file(row) for row in tx.range(FILES_OWNED, user_id)],
        "waiting": [json.loads(row.message) for row in sorted(waiting, key=lambda row: row.id)],
        "waiting_for_pages": _messages(all_of(tx, keys, PAGE_QUESTIONS_OF)),
        "dead_letters": [json.loads(row.message) for row in dead_letters],
        "not_delivered": [json.loads(row.outgoing) for row in all_of(tx, keys, OUTBOX_OF)],
        **standings.export(tx, user_id),
        "preferences": choices.preferences(tx, owned_by_person(user_id)).own_values(),
        **feedback.export(tx, user_id),
        **records.export(tx, user_id),
    }


def _messages(rows: Sequence[ExchangeRow | PageQuestionRow]) -> list[Any]:
    return [json.loads(text) for row in rows for text in json.loads(row.messages)]


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


def _file(row: FileRow) -> dict[str, Any]:
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
