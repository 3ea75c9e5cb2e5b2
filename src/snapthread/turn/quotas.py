"""Quotas: a question's most is reserved before anything is downloaded, and settled
with the turn's record.

The reservation is an estimate from above: the conversation so far, the question, and the longest
answer. A kill leaves it in the store, where it is charged after an hour.
"""

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol, get_args

from snapthread.clock import ms_since
from snapthread.errors import SnapthreadError
from snapthread.limits import SPEECH_TOKENS_S
from snapthread.meter import Meter, sum_usage
from snapthread.model import (
    Claim,
    Installation,
    LedgerFile,
    Message,
    TelegramFile,
    TelegramImage,
    Usage,
)
from snapthread.ports import Clock, Context, PriceList, Reservations
from snapthread.turn.question import asked_text, replied_file
from snapthread.turn.speech import SpeechProfile
from snapthread.turn.transcript import text_tokens
from snapthread.usage import Limit, LimitExceeded, Limits, Spending, Stages, TurnRecord
from snapthread.vision_tokens import Sight, image_tokens, most_image_tokens

AROUND_TOKENS = 120  # what labels and notes add to a question
# A whole answer was paid for: free of every limit, it could be had without end.
ANSWERED_ALL_THE_SAME = frozenset({"AssistantRefused", "EmptyAnswer", "OutputSpent"})
READ_BEFORE = frozenset({*get_args(Limit), "too_many_pages"})
UNCUT = 10**9  # tokens: only a question that is let in may shorten the conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProfile:
    """Common parts of all requests, which their cost depends on."""

    model: str
    detail: str
    output_tokens: int  # at most
    context_tokens: int  # at most
    image_side: int  # pixels, at most; 0: what the model will use
    instructions_tokens: int

    def image_tokens(self, width: int, height: int) -> int:
        return image_tokens(self.model, width, height, self.detail)

    def file_tokens(self, file: LedgerFile) -> int:
        if file.document is not None:
            return file.document.tokens
        return self.image_tokens(file.width, file.height)

    def most_image_tokens(self) -> int:
        """Of an image whose shape is not known yet."""
        return most_image_tokens(self.model, self.image_side, self.detail)


def images_of(questions: tuple[Message, ...]) -> tuple[TelegramImage, ...]:
    return tuple(image for question in questions for image in question.images)


def files_of(questions: tuple[Message, ...]) -> tuple[TelegramFile, ...]:
    return tuple(file for question in questions for file in question.files)


def documents_of(questions: tuple[Message, ...]) -> int:
    return sum(question.document is not None for question in questions)


class QuotaStore(Reservations, Context, Protocol):
    """The store as quotas need it."""


def _new(claim: Claim, questions: tuple[Message, ...]) -> tuple[int, int]:
    """Images and documents; those that are there from the last time were counted then."""
    there = {file.unique_id for file in claim.redo.files} if claim.redo else set()
    new = [file for file in files_of(questions) if file.unique_id not in there]
    images = sum(isinstance(file, TelegramImage) for file in new)
    return images, len(new) - images


@dataclass(slots=True, kw_only=True, eq=False)
class Quotas:
    """One instance a process. Admins have no limits, and are counted all the same."""

    store: QuotaStore
    prices: PriceList
    installation: Installation
    clock: Clock
    profile: RequestProfile
    limits: Limits
    speech: SpeechProfile = field(default_factory=SpeechProfile)
    admins: frozenset[int] = frozenset()
    _secret: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._secret = self.installation.secret

    def limits_of(self, user_id: int) -> Limits:
        return Limits() if user_id in self.admins else self.limits

    async def spent(self, user_id: int) -> Spending:
        return await self.store.spent(self._payer(user_id), self.clock())

    async def reserve(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        meter: Meter,
        *,
        document_tokens: int = 0,
    ) -> LimitExceeded | None:
        """Reserve for a question, or for more of it; the limit that it would pass. LeaseLost.

        `document_tokens`: of its documents, as far as they were read: before, nobody knows.
        """
        user_id = questions[0].user_id
        pictures = images_of(questions)
        over = await self.store.reserve(
            claim,
            self.clock(),
            payer=self._payer(user_id),
            estimate=await self._estimate(claim, questions, meter, document_tokens),
            limits=self.limits_of(user_id),
        )
        if over is None:
            meter.messages, meter.question_images = 1, pictures
            meter.images, meter.documents = _new(claim, questions)
        return over

    def _payer(self, user_id: int) -> str:
        """Names nobody, and is the same for ever: what was used outlives the user's erasure."""
        return hmac.new(self._secret, f"payer {user_id}".encode(), hashlib.sha256).hexdigest()

    # ------------------------------------------------------------ estimates

    async def _estimate(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        meter: Meter,
        document_tokens: int,
    ) -> TurnRecord:
        usage = Usage(
            input_tokens=await self._input_tokens(claim, questions, document_tokens),
            output_tokens=self.profile.output_tokens,
        )
        images, documents = _new(claim, questions)
        voice_s = self.speech.seconds(questions)
        return TurnRecord(
            id=meter.id,
            at=self.clock(),
            user_id=questions[0].user_id,
            model=self.profile.model,
            outcome="interrupted",
            reason="lost",
            messages=1,
            images=images,
            documents=documents,
            sent=meter.sent(),
            estimated=usage,
            voice_s=voice_s,
            cost_micros=self._with_speech(self._most(usage), voice_s),
        )

    async def _input_tokens(
        self, claim: Claim, questions: tuple[Message, ...], document_tokens: int
    ) -> int:
        question = self._question_tokens(questions) + document_tokens
        if not self.limits.of_money:
            return question  # nobody will ask what the conversation adds to it
        transcript = await self.store.compose(
            claim, self.clock(), max_tokens=UNCUT, question_tokens=question
        )
        held = sum(item.tokens for item in transcript.items)
        return max(question, min(question + held, self.profile.context_tokens))

    def sure_tokens(self, questions: tuple[Message, ...]) -> int:
        """Of the question alone, before anything is downloaded: its text, and the photos whose
        size Telegram tells."""
        photos = [one for one in images_of(questions) if one.kind == "photo" and one.width]
        return text_tokens(asked_text(questions)) + sum(map(self._picture_tokens, photos))

    def _question_tokens(self, questions: tuple[Message, ...]) -> int:
        replied = replied_file(questions)
        shown_again = (replied,) if isinstance(replied, TelegramImage) else ()
        pictures = (*images_of(questions), *shown_again)
        shown = sum(self._picture_tokens(picture) for picture in pictures)
        around = self.profile.instructions_tokens + AROUND_TOKENS
        said = SPEECH_TOKENS_S * self.speech.seconds(questions)
        return around + text_tokens(asked_text(questions)) + shown + said

    def _picture_tokens(self, picture: TelegramImage) -> int:
        """As large as it may be uploaded; only of a photo Telegram itself tells the size."""
        side = self.profile.image_side
        if picture.kind != "photo" or not picture.width or not picture.height:
            return self.profile.most_image_tokens()
        sight = Sight(self.profile.model, self.profile.detail)
        return self.profile.image_tokens(*sight.useful((picture.width, picture.height), side))

    def _most(self, usage: Usage) -> int | None:
        """The most that it can cost: input written to the cache may cost more than plain input."""
        plain = self._cost(usage)
        written = self._cost(replace(usage, written_tokens=usage.input_tokens))
        return None if plain is None or written is None else max(plain, written)

    def _cost(self, *usages: Usage) -> int | None:
        """Of requests, each priced by itself; unknown where one of them is."""
        costs = [self.prices.cost_micros(self.profile.model, usage) for usage in usages]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    def _with_speech(self, cost_micros: int | None, voice_s: int) -> int | None:
        speech = self.prices.speech_micros(self.speech.model, voice_s) if voice_s else 0
        return None if cost_micros is None or speech is None else cost_micros + speech

    # ------------------------------------------------------------ records

    def record(self, first: Message, meter: Meter, *, outcome: str, reason: str = "") -> TurnRecord:
        """The record of the attempt as it stands."""
        began = self.clock() - timedelta(milliseconds=ms_since(meter.began_s))
        waited = round((began - first.sent_at).total_seconds() * 1000)
        return TurnRecord(
            id=meter.id,
            at=self.clock(),
            user_id=first.user_id,
            model=self.profile.model,
            outcome=outcome,
            reason=reason,
            messages=meter.messages,
            images=meter.images,
            documents=meter.documents,
            sent=meter.sent(),
            bytes_in=meter.bytes_in,
            bytes_uploaded=meter.bytes_uploaded,
            requests=meter.requests,
            images_in_requests=meter.images_in_requests,
            image_tokens=meter.image_tokens,
            usage=sum_usage(meter.answers),
            estimated=sum_usage(meter.broken),
            voice_s=meter.voice_s,
            cost_micros=self._with_speech(self._cost(*meter.answers, *meter.broken), meter.voice_s),
            is_free=_is_free(outcome, reason),
            restored=meter.restored,
            retired=meter.retired,
            stages=Stages(
                waited=max(0, waited),
                downloaded=meter.downloaded_ms,
                prepared=meter.prepared_ms,
                uploaded=meter.uploaded_ms,
                first_token=meter.first_token_ms,
                finished=ms_since(meter.began_s),
            ),
        )

    async def record_interrupted(self, first: Message, meter: Meter) -> TurnRecord:
        """The attempt ends without an end of the turn: what it has cost is known now."""
        record = self.record(first, meter, outcome="interrupted", reason="broke_off")
        with suppress(SnapthreadError):  # else it is charged as reserved
            await self.store.revise(record)
        return record


def _is_free(outcome: str, reason: str) -> bool:
    """It failed, or was refused by what was known only once it was read: it may come again."""
    if outcome == "refused":
        return reason in READ_BEFORE
    return outcome == "failed" and reason not in ANSWERED_ALL_THE_SAME
