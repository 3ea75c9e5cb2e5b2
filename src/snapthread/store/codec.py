"""The codec of the store: JSON for what is read whole, microseconds for times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from snapthread.model import Destination, DocumentFacts, HistoryImage, Message, OutgoingMessage
from snapthread.usage import DailyUsage, TurnRecord

_MESSAGE = TypeAdapter(Message)
_SAY = TypeAdapter(OutgoingMessage)
_DESTINATION = TypeAdapter(Destination)
_PHOTOS = TypeAdapter(tuple[HistoryImage, ...])
_RECORD = TypeAdapter(TurnRecord)
_DOCUMENT = TypeAdapter(DocumentFacts)
NO_PHOTOS = "[]"

# A stored message calls its image as it was called when stores were first written. In JSON a quote
# within a string is escaped: only a key reads like this.
IMAGE, STORED_IMAGE = '"image":', '"picture":'

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Whole microseconds since 1970: what rows are compared by."""
    return (at - _EPOCH) // _MICROSECOND


def micros_of(wait_s: float) -> int:
    """A stretch of time, rounded as moments are."""
    return timedelta(seconds=wait_s) // _MICROSECOND


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def dump_message(message: Message) -> str:
    text = _MESSAGE.dump_json(message, exclude_defaults=True).decode()
    return text.replace(IMAGE, STORED_IMAGE)


def load_message(text: str) -> Message:
    return _MESSAGE.validate_json(text.replace(STORED_IMAGE, IMAGE))


def dump_say(outgoing: OutgoingMessage) -> str:
    return _SAY.dump_json(outgoing, exclude_defaults=True).decode()


def load_say(text: str) -> OutgoingMessage:
    return _SAY.validate_json(text)


def dump_destination(to: Destination) -> str:
    return _DESTINATION.dump_json(to, exclude_defaults=True).decode()


def load_destination(text: str) -> Destination:
    return _DESTINATION.validate_json(text)


def dump_photos(photos: Sequence[HistoryImage]) -> str:
    if not photos:
        return NO_PHOTOS
    return _PHOTOS.dump_json(tuple(photos), exclude_none=True).decode()


def load_photos(text: str) -> tuple[HistoryImage, ...]:
    if text == NO_PHOTOS:
        return ()
    return _PHOTOS.validate_json(text)


def dump_document(document: DocumentFacts | None) -> str | None:
    if document is None:
        return None
    return _DOCUMENT.dump_json(document, exclude_defaults=True).decode()


def load_document(text: str | None) -> DocumentFacts | None:
    return None if text is None else _DOCUMENT.validate_json(text)


def dump_record(record: TurnRecord) -> str:
    return _RECORD.dump_json(record, exclude_defaults=True).decode()


def load_record(text: str) -> TurnRecord:
    return _RECORD.validate_json(text)


def load_turn(text: str, delivered_ms: int | None) -> TurnRecord:
    """A record that was charged, with what became known later than the rest."""
    record = load_record(text)
    return replace(record, stages=replace(record.stages, delivered=delivered_ms))


def load_daily(row: Mapping[str, Any]) -> DailyUsage:
    """A row of the sums; its cost is of the turns with a price."""
    is_unknown = row["turns_without_price"] and not row["cost_micros"]
    return DailyUsage(**{**row, "cost_micros": None if is_unknown else row["cost_micros"]})


def used_as_json(days: Iterable[DailyUsage], turns: Iterable[TurnRecord]) -> dict[str, Any]:
    """One person's use, for people to read."""
    return {
        "usage": [asdict(day) for day in days],
        "turns": [_RECORD.dump_python(turn, mode="json") for turn in turns],
    }
