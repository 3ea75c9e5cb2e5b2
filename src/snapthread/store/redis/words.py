"""Our words as a script's arguments, and its replies as our words.

Arguments are one JSON object; what is None is left out. Times are whole microseconds since 1970.
A reply is lists of text and whole numbers; what is missing is None.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from snapthread.limits import CUT_TEXT_UNITS, utf16_len
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    Destination,
    FileName,
    HistoryItem,
    IntendedFile,
    LedgerFile,
    Message,
    OutboxMessage,
    QueuedMessage,
    ReplicaChanges,
)
from snapthread.ports import Arrival
from snapthread.store.codec import (
    dump_destination,
    dump_message,
    dump_say,
    load_destination,
    load_message,
    load_say,
)

_LINE = TypeAdapter(HistoryItem)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def micros_of(wait_s: float) -> int:
    """A stretch of time, rounded as moments are."""
    return timedelta(seconds=wait_s) // _MICROSECOND


def moment(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND


def told(**arguments: Any) -> dict[str, Any]:
    """The arguments that are there: what is None is nil in the script."""
    return {name: value for name, value in arguments.items() if value is not None}


def holder(claim: Claim) -> dict[str, Any]:
    return {"key": claim.conversation, "token": claim.token, "epoch": claim.epoch}


def arrived(arrival: Arrival) -> dict[str, Any]:
    """A message, with what the script must know of it."""
    message = arrival.message
    return told(
        key=message.conversation,
        update_id=message.update_id,
        jumps=message.is_urgent,
        kind=message.kind,
        album_id=message.album_id,
        is_text=message.kind == "question" and message.picture is None,
        is_long=utf16_len(message.text) > CUT_TEXT_UNITS,
        is_reply=message.reply is not None,
        user_id=message.user_id,
        thread_id=message.thread_id,
        sent_at=micros(message.sent_at),
        message=dump_message(message),
        if_full=dump_say(arrival.if_full),
        **back(message),
    )


def back(message: Message) -> dict[str, Any]:
    """Where what is said of a message goes."""
    return going(message.destination)


def going(to: Destination) -> dict[str, Any]:
    """Only the first part is a reply and takes the place of a message, so that is told beside."""
    rest = dump_destination(replace(to, reply_to=None, replaces=None))
    return told(to=rest, reply_to=to.reply_to, replaces=to.replaces)


def command(message: Message) -> dict[str, Any]:
    """The command that a verb ends, and where its words go."""
    return {"key": message.conversation, "update_id": message.update_id, **back(message)}


def intended(file: IntendedFile) -> dict[str, Any]:
    return told(**asdict(file))


def dump_line(line: HistoryItem) -> str:
    """What the script reads of it goes before it."""
    text = _LINE.dump_json(line, exclude_defaults=True).decode()
    return f"{line.tokens} {line.role} {len(line.photos)} {text}"


def load_line(text: str) -> HistoryItem:
    return _LINE.validate_json(text.split(" ", 3)[3])


def load_part(text: str) -> OutboxMessage:
    part = json.loads(text)
    to = replace(
        load_destination(part["to"]),
        reply_to=_number(part.get("reply_to")),
        replaces=_number(part.get("replaces")),
    )
    return OutboxMessage(id=int(part["id"]), to=to, outgoing=load_say(part["say"]))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def load_parts(texts: Sequence[str]) -> tuple[OutboxMessage, ...]:
    return tuple(map(load_part, texts))


def in_order(texts: Sequence[str]) -> tuple[Message, ...]:
    """As the person sent them: an album's parts may arrive in any order."""
    return tuple(sorted(map(load_message, texts), key=lambda message: message.message_id))


def load_claim(reply: Sequence[Any]) -> Claim:
    key, token, epoch, parts, messages, attempt, is_late, turn, is_stopped, stream = reply
    return Claim(
        conversation=ConversationKey(key),
        token=token,
        epoch=epoch,
        outbox=load_parts(parts),
        messages=in_order(messages),
        attempt=attempt,
        is_late=bool(is_late),
        turn=turn,
        is_stopped=bool(is_stopped),
        stream=stream,
    )


def load_file(reply: Sequence[Any]) -> LedgerFile:
    name, conversation, epoch, owner, state, stands_for, telegram_id, unique_id = reply[:8]
    label, openai_id, size_bytes, width, height, created_at = reply[8:]
    return LedgerFile(
        name=FileName(name),
        conversation=ConversationKey(conversation),
        epoch=epoch,
        owner=owner,
        state=state,
        stands_for=FileName(stands_for),
        telegram_id=telegram_id,
        unique_id=unique_id,
        label=label,
        openai_id=openai_id,
        size_bytes=size_bytes,
        width=width,
        height=height,
        created_at=moment(created_at),
    )


def load_files(replies: Sequence[Any]) -> tuple[LedgerFile, ...]:
    return tuple(map(load_file, replies))


def load_deletions(replies: Sequence[Any]) -> tuple[Deletion, ...]:
    return tuple(
        Deletion(
            name=FileName(name),
            openai_id=openai_id,
            reason=reason,
            attempts=attempts,
            created_at=moment(created_at),
        )
        for name, openai_id, reason, attempts, created_at in replies
    )


def load_waiting(replies: Sequence[Any]) -> tuple[QueuedMessage, ...]:
    return tuple(
        QueuedMessage(
            update_id=update_id,
            conversation=ConversationKey(key),
            kind=kind,
            arrived_at=moment(at),
            attempts=attempts,
            is_held=bool(is_held),
        )
        for update_id, key, kind, at, attempts, is_held in replies
    )


def load_news(claims: Sequence[Claim], reply: Sequence[Any]) -> ReplicaChanges:
    """What became of each claim, in the same order, and the pauses."""
    states, cooldowns = reply
    became = list(zip(claims, states, strict=True))
    return ReplicaChanges(
        lost=frozenset(claim for claim, state in became if state == "lost"),
        stopped=frozenset(claim for claim, state in became if state == "stopped"),
        cooldowns={service: moment(until) for service, until in cooldowns},
    )


def load_export(user_id: int, reply: Sequence[Any]) -> dict[str, Any]:
    """The same shape as from SQLite."""
    lines, files, waiting, aside, parts = reply
    return {
        "user_id": user_id,
        "conversation": [_shown_line(load_line(line)) for line in lines],
        "files": [_shown_file(file) for file in load_files(files)],
        "waiting": [json.loads(message) for _, message in waiting],
        "put_aside": [json.loads(message) for message in aside],
        "not_delivered": [json.loads(json.loads(part)["say"]) for part in parts],
    }


def _shown_line(line: HistoryItem) -> dict[str, Any]:
    return {
        "role": line.role,
        "at": line.at.isoformat(),
        "text": line.text,
        "photos": [
            {"label": photo.label, "sent_at": photo.sent_at.isoformat()} for photo in line.photos
        ],
    }


def _shown_file(file: LedgerFile) -> dict[str, Any]:
    return {
        "label": file.label,
        "state": file.state,
        "openai_file_id": file.openai_id,
        "telegram_file_id": file.telegram_id,
        "bytes": file.size_bytes,
        "width": file.width,
        "height": file.height,
        "uploaded_at": file.created_at.isoformat(),
    }
