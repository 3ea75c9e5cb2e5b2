"""Quotas: a question's most is reserved before anything is downloaded, and settled
with the turn's record.

The reservation is an estimate from above: the conversation so far, the question, and the longest
answer. A kill leaves it in the store, where it is charged after an hour.
"""

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, get_args

from snapthread.clock import ms_since
from snapthread.errors import SnapthreadError
from snapthread.limits import SPEECH_TOKENS_S
from snapthread.meter import Meter, sum_usage
from snapthread.model import (
    Claim,
    Installation,
    Message,
    TelegramFile,
    TelegramImage,
    Transcript,
    Usage,
)
from snapthread.model.context import text_tokens
from snapthread.model.people import Person
from snapthread.model.quotas import Limit, LimitExceeded, Limits, Spending
from snapthread.model.request_profile import RequestProfile
from snapthread.model.usage import Stages, TurnRecord
from snapthread.ports import (
    Clock,
    Context,
    PeopleKnown,
    PriceList,
    RequestBounds,
    Reservations,
)
from snapthread.turn.question import asked_text, replied_file
from snapthread.turn.speech import SpeechProfile

AROUND_TOKENS = 120  # what labels and notes add to a question
# A whole answer was paid for: free of every limit, it could be had without end.
ANSWERED_ALL_THE_SAME = frozenset({"AssistantRefused", "EmptyAnswer", "OutputSpent"})
READ_BEFORE = frozenset({*get_args(Limit), "too_many_pages"})
UNCUT = 10**9  # tokens: only a question that is let in may shorten the conversation


def images_of(questions: tuple[Message, ...]) -> tuple[TelegramImage, ...]:
    return tuple(image for question in questions for image in question.images)


def files_of(questions: tuple[Message, ...]) -> tuple[TelegramFile, ...]:
    return tuple(file for question in questions for file in question.files)


def documents_of(questions: tuple[Message, ...]) -> int:
    return sum(question.document is not None for question in questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The end of asking for room: the limit that it would pass, if there is one, and what was
    composed in the same step, as it was then."""

    over: LimitExceeded | None
    at: datetime
    transcript: Transcript | None = None


class QuotaStore(Reservations, Context, PeopleKnown, Protocol):
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

    async def limits_of(self, user_id: int) -> Limits:
        """Everybody's, and over them the person's own."""
        return self.limits_for(user_id, await self.store.person(user_id))

    def limits_for(self, user_id: int, person: Person | None) -> Limits:
        """The same, of somebody who was looked up already."""
        if user_id in self.admins:
            return Limits()
        return person.limits.over(self.limits) if person else self.limits

    @property
    def has_price(self) -> bool:
        """Of the model that answers: without one a limit of money would never hold."""
        one = Usage(input_tokens=1, output_tokens=1)
        return self.prices.cost_micros(self.profile.model, one) is not None

    async def spent(self, user_id: int) -> Spending:
        return await self.store.spent(self._payer(user_id), self.clock())

    async def reserve(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        meter: Meter,
        *,
        opened_tokens: int = 0,
        bounds: RequestBounds | None = None,
    ) -> Reserved:
        """Reserve for a question, or for more of it. LeaseLost.

        `opened_tokens`: of its documents and long pictures, as far as they were opened: before,
        nobody knows.
        `bounds`: of what can be composed in the same step.
        """
        user_id, at = questions[0].user_id, self.clock()
        limits = meter.limits or await self.limits_of(user_id)
        of_money = limits.of_money or self.limits.of_money  # an admin's is in everybody's sum
        payer = self._payer(user_id)
        estimate = await self._estimate(claim, questions, meter, opened_tokens, of_money=of_money)
        if bounds is None:
            over, transcript = (
                await self.store.reserve(claim, at, payer=payer, estimate=estimate, limits=limits),
                None,
            )
        else:
            over, transcript = await self.store.reserve_and_compose(
                claim, at, payer=payer, estimate=estimate, limits=limits, bounds=bounds
            )
        if over is None:
            meter.messages, meter.question_images = 1, images_of(questions)
            meter.images, meter.documents = _new(claim, questions)
        return Reserved(over=over, transcript=transcript, at=at)

    def _payer(self, user_id: int) -> str:
        """Names nobody, and is the same for ever: what was used outlives the user's erasure."""
        return hmac.new(self._secret, f"payer {user_id}".encode(), hashlib.sha256).hexdigest()

    # ------------------------------------------------------------ estimates

    async def _estimate(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        meter: Meter,
        opened_tokens: int,
        *,
        of_money: bool,
    ) -> TurnRecord:
        profile = self.profile_of(meter)
        usage = Usage(
            input_tokens=await self._input_tokens(
                claim, questions, profile, opened_tokens, of_money=of_money
            ),
            output_tokens=profile.output_tokens,
        )
        images, documents = _new(claim, questions)
        voice_s = self.speech.seconds(questions)
        return TurnRecord(
            id=meter.id,
            at=self.clock(),
            user_id=questions[0].user_id,
            model=profile.model,
            outcome="interrupted",
            reason="lost",
            messages=1,
            images=images,
            documents=documents,
            sent=meter.sent(),
            estimated=usage,
            voice_s=voice_s,
            cost_micros=self._with_speech(self._most(profile.model, usage), voice_s),
        )

    async def _input_tokens(
        self,
        claim: Claim,
        questions: tuple[Message, ...],
        profile: RequestProfile,
        opened_tokens: int,
        *,
        of_money: bool,
    ) -> int:
        question = self._question_tokens(questions, profile) + opened_tokens
        if not of_money:
            return question  # nobody will ask what the conversation adds to it
        transcript = await self.store.compose(
            claim,
            self.clock(),
            max_tokens=UNCUT,
            question_tokens=question,
            file_tokens=profile.file_tokens,
        )
        held = sum(item.tokens for item in transcript.items)
        return max(question, min(question + held, profile.context_tokens))

    def profile_of(self, meter: Meter) -> RequestProfile:
        """The way the attempt is asked: the person's choice, else the operator's."""
        return meter.profile or self.profile

    def sure_tokens(self, questions: tuple[Message, ...], meter: Meter) -> int:
        """Of the question alone, before anything is downloaded: its text, and the photos whose
        size Telegram tells."""
        photos = [one for one in images_of(questions) if one.kind == "photo" and one.width]
        shown = sum(_picture_tokens(photo, self.profile_of(meter)) for photo in photos)
        return text_tokens(asked_text(questions)) + shown

    def _question_tokens(self, questions: tuple[Message, ...], profile: RequestProfile) -> int:
        replied = replied_file(questions)
        shown_again = (replied,) if isinstance(replied, TelegramImage) else ()
        pictures = (*images_of(questions), *shown_again)
        shown = sum(_picture_tokens(picture, profile) for picture in pictures)
        around = profile.instructions_tokens + AROUND_TOKENS
        said = SPEECH_TOKENS_S * self.speech.seconds(questions)
        return around + text_tokens(asked_text(questions)) + shown + said

    def _most(self, model: str, usage: Usage) -> int | None:
        """The most that it can cost: input written to the cache may cost more than plain input."""
        plain = self._cost(model, usage)
        written = self._cost(model, replace(usage, written_tokens=usage.input_tokens))
        return None if plain is None or written is None else max(plain, written)

    def _cost(self, model: str, *usages: Usage) -> int | None:
        """Of requests, each priced by itself; unknown where one of them is."""
        costs = [self.prices.cost_micros(model, usage) for usage in usages]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    def _with_speech(self, cost_micros: int | None, voice_s: int) -> int | None:
        speech = self.prices.speech_micros(self.speech.model, voice_s) if voice_s else 0
        return None if cost_micros is None or speech is None else cost_micros + speech

    # ------------------------------------------------------------ records

    def record(self, first: Message, meter: Meter, *, outcome: str, reason: str = "") -> TurnRecord:
        """The record of the attempt as it stands."""
        model = self.profile_of(meter).model
        cost_micros = self._cost(model, *meter.answers, *meter.broken)
        began = self.clock() - timedelta(milliseconds=ms_since(meter.began_s))
        waited = round((began - first.sent_at).total_seconds() * 1000)
        return TurnRecord(
            id=meter.id,
            at=self.clock(),
            user_id=first.user_id,
            model=model,
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
            cost_micros=self._with_speech(cost_micros, meter.voice_s),
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


def _picture_tokens(picture: TelegramImage, profile: RequestProfile) -> int:
    """As large as it may be uploaded; only of a photo Telegram itself tells the size."""
    if picture.kind != "photo" or not picture.width or not picture.height:
        return profile.most_image_tokens()
    size = picture.width, picture.height
    return profile.image_tokens(*profile.sight.useful(size, profile.image_side))


def _is_free(outcome: str, reason: str) -> bool:
    """It failed, or was refused by what was known only once it was read: it may come again."""
    if outcome == "refused":
        return reason in READ_BEFORE
    return outcome == "failed" and reason not in ANSWERED_ALL_THE_SAME
