"""Usage of one attempt and of a day: what was asked, what it cost. Pure.

Days and months are UTC. Money is whole micro-dollars; what has no known price is None, never 0.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from snapthread.model.files import ImageKind

RECORDS_KEPT: Final = timedelta(days=400)  # so that a month can be laid beside that of last year
# `interrupted`: the attempt ended without an end of its turn.
TurnOutcome = Literal["answered", "refused", "failed", "dead_letter", "interrupted"]
STALE: Final = timedelta(hours=1)  # no turn lasts that long: its process has died


def day_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d")


def month_of(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m")


def minutes(seconds: int) -> int:
    """Whole ones, rounded up: what was begun."""
    return -(-seconds // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the API counts them; cached and written are part of input."""

    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentImage:
    """An image of a question: as it came, and why it was not used. Format and pixels are known
    once it was opened."""

    kind: ImageKind
    format: str = ""
    width: int = 0
    height: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Milliseconds. Of images, each stage's longest; the last three count from the claim."""

    waited: int = 0  # from sent to claimed
    downloaded: int | None = None
    prepared: int | None = None
    uploaded: int | None = None
    first_token: int | None = None
    finished: int | None = None
    delivered: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """Usage and outcome of one attempt at a question. No content.

    `messages`, `images`: none for what was refused. `usage`: what the API counted, over all
    requests of the attempt; `estimated`: what we count where it did not. `image_tokens`: computed
    by us, over all images in the requests. Quotas that count answers leave out what `is_free`.
    """

    id: str
    at: datetime
    user_id: int
    model: str
    outcome: TurnOutcome
    reason: str = ""
    messages: int = 0
    images: int = 0
    documents: int = 0
    sent: tuple[SentImage, ...] = ()
    bytes_in: int = 0
    bytes_uploaded: int = 0
    requests: int = 0
    images_in_requests: int = 0
    image_tokens: int = 0
    usage: Usage = Usage()
    estimated: Usage = Usage()
    voice_s: int = 0  # that were transcribed, as they were billed
    cost_micros: int | None = 0
    is_free: bool = False  # it failed: the message and its images may come again
    restored: int = 0
    retired: int = 0
    stages: Stages = Stages()


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyUsage:
    """One user's day with one model. User 0: those who had everything about them erased."""

    user_id: int
    day: str
    model: str
    messages: int = 0
    images: int = 0
    image_tokens: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    bytes_uploaded: int = 0
    cost_micros: int | None = 0  # None where no price is known
    turns_without_price: int = 0
    voice_s: int = 0
    documents: int = 0

    @property
    def is_nothing(self) -> bool:
        return self == DailyUsage(user_id=self.user_id, day=self.day, model=self.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyFeedback:
    """Reactions of people to the answers of one day and model."""

    day: str
    model: str
    good: int = 0
    bad: int = 0


def without_counts(record: TurnRecord) -> TurnRecord:
    """Its question waits for another attempt, which counts the messages and images."""
    return replace(record, messages=0, images=0, documents=0)


def share_of(record: TurnRecord) -> DailyUsage:
    """The record's share of the sums of its day."""
    counted, estimated = record.usage, record.estimated
    return DailyUsage(
        user_id=record.user_id,
        day=day_of(record.at),
        model=record.model,
        messages=record.messages,
        images=record.images,
        image_tokens=record.image_tokens,
        input_tokens=counted.input_tokens + estimated.input_tokens,
        cached_tokens=counted.cached_tokens,
        output_tokens=counted.output_tokens + estimated.output_tokens,
        bytes_uploaded=record.bytes_uploaded,
        cost_micros=record.cost_micros or 0,
        turns_without_price=int(record.cost_micros is None),
        voice_s=record.voice_s,
        documents=record.documents,
    )
