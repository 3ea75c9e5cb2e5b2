"""The codec of the store: JSON for what is read whole, microseconds for times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from snapthread.model import (
    Destination,
    DocumentFacts,
    HistoryImage,
    Message,
    OutgoingMessage,
    Part,
)
from snapthread.model.usage import DailyUsage, TurnRecord

T = TypeVar("T")


class _Form(Generic[T]):
    """A kind of value as JSON. How it is read and written is worked out when it is first needed,
    which takes milliseconds: a command that only adds up needs none."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def dump(self, value: T) -> str:
        return self.adapter.dump_json(value, exclude_defaults=True).decode()

    def load(self, text: str) -> T:
        """Raises ValueError, which repeats nothing of the text: it may come into a log."""
        try:
            return self.adapter.validate_json(text)
        except ValidationError as error:
            raise ValueError(_where(error)) from None


def _where(error: ValidationError) -> str:
    """The fields that are not as they should be."""
    told = error.errors(include_url=False, include_context=False, include_input=False)
    return ", ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in told)


_MESSAGE: Final = _Form[Message](Message)
_OUTGOING: Final = _Form[OutgoingMessage](OutgoingMessage)
_DESTINATION: Final = _Form[Destination](Destination)
_IMAGES: Final = _Form[tuple[HistoryImage, ...]](tuple[HistoryImage, ...])
_RECORD: Final = _Form[TurnRecord](TurnRecord)
_DOCUMENT: Final = _Form[DocumentFacts](DocumentFacts)
_PART: Final = _Form[Part](Part)
NO_IMAGES = "[]"

# A stored message calls its image as it was called when stores were first written. In JSON a quote
# within a string is escaped: only a key reads like this.
IMAGE, STORED_IMAGE = '"image":', '"picture":'

# The outcome of a message that is not tried again, as it was called when stores were first written.
OUTCOME, STORED_OUTCOME = '"outcome":"dead_letter"', '"outcome":"put_aside"'

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
    text = _MESSAGE.dump(message)
    return text.replace(IMAGE, STORED_IMAGE)


def load_message(text: str) -> Message:
    return _MESSAGE.load(text.replace(STORED_IMAGE, IMAGE))


def dump_outgoing(outgoing: OutgoingMessage) -> str:
    return _OUTGOING.dump(outgoing)


def load_outgoing(text: str) -> OutgoingMessage:
    return _OUTGOING.load(text)


def dump_destination(to: Destination) -> str:
    return _DESTINATION.dump(to)


def load_destination(text: str) -> Destination:
    return _DESTINATION.load(text)


def dump_images(images: Sequence[HistoryImage]) -> str:
    if not images:
        return NO_IMAGES
    return _IMAGES.adapter.dump_json(tuple(images), exclude_none=True).decode()


def load_images(text: str) -> tuple[HistoryImage, ...]:
    if text == NO_IMAGES:
        return ()
    return _IMAGES.load(text)


def dump_document(document: DocumentFacts | None) -> str | None:
    if document is None:
        return None
    return _DOCUMENT.dump(document)


def load_document(text: str | None) -> DocumentFacts | None:
    return None if text is None else _DOCUMENT.load(text)


def dump_part(part: Part | None) -> str | None:
    return None if part is None else _PART.dump(part)


def load_part(text: str | None) -> Part | None:
    return None if text is None else _PART.load(text)


def dump_record(record: TurnRecord) -> str:
    return _RECORD.dump(record)


def load_record(text: str) -> TurnRecord:
    return _RECORD.load(text.replace(STORED_OUTCOME, OUTCOME))


def load_turn(text: str, delivered_ms: int | None) -> TurnRecord:
    """The record of a turn, with the delivery that became known later."""
    record = load_record(text)
    return replace(record, stages=replace(record.stages, delivered=delivered_ms))


def load_daily(row: Mapping[str, Any]) -> DailyUsage:
    """A day's sums; the cost is that of the turns with a price."""
    is_unknown = row["turns_without_price"] and not row["cost_micros"]
    return DailyUsage(**{**row, "cost_micros": None if is_unknown else row["cost_micros"]})


def used_as_json(days: Iterable[DailyUsage], turns: Iterable[TurnRecord]) -> dict[str, Any]:
    """One person's use, for people to read."""
    return {
        "usage": [asdict(day) for day in days],
        "turns": [_RECORD.adapter.dump_python(turn, mode="json") for turn in turns],
    }
