"""The estimate of a question, from above: with its conversation, and with the longest answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from snapthread.limits import SPEECH_TOKENS_S
from snapthread.meter import Meter
from snapthread.model import Claim, Message, TelegramImage, Usage
from snapthread.model.context import text_tokens
from snapthread.model.request_profile import RequestProfile
from snapthread.model.usage import TurnRecord
from snapthread.ports import Clock, Context
from snapthread.turn.costs import Costs
from snapthread.turn.media import count_new, images_of
from snapthread.turn.question import asked_text, replied_file

AROUND_TOKENS: Final = 120  # what labels and notes add to a question
UNCUT: Final = 10**9  # tokens: only a question that is let in may shorten the conversation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimator:
    """Estimates what is reserved."""

    store: Context
    costs: Costs
    clock: Clock

    async def estimate(
        self,
        claim: Claim,
        questions: Sequence[Message],
        meter: Meter,
        profile: RequestProfile,
        *,
        opened_tokens: int,
        of_money: bool,
    ) -> TurnRecord:
        """As the record of a turn whose end nobody told."""
        tokens = self._question_tokens(questions, profile) + opened_tokens
        if of_money:  # else nobody will ask what the conversation adds to it
            tokens = await self._with_conversation(claim, tokens, profile)
        usage = Usage(input_tokens=tokens, output_tokens=profile.output_tokens)
        images, documents = count_new(claim, questions)
        voice_s = self.costs.speech.seconds(questions)
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
            cost_micros=self.costs.most_of(profile.model, usage, voice_s),
        )

    async def _with_conversation(
        self, claim: Claim, question_tokens: int, profile: RequestProfile
    ) -> int:
        transcript = await self.store.compose(
            claim,
            self.clock(),
            max_tokens=UNCUT,
            question_tokens=question_tokens,
            file_tokens=profile.file_tokens,
        )
        held = sum(item.tokens for item in transcript.items)
        return max(question_tokens, min(question_tokens + held, profile.context_tokens))

    def _question_tokens(self, questions: Sequence[Message], profile: RequestProfile) -> int:
        replied = replied_file(questions)
        shown_again = (replied,) if isinstance(replied, TelegramImage) else ()
        pictures = (*images_of(questions), *shown_again)
        shown = sum(_picture_tokens(picture, profile) for picture in pictures)
        around = profile.instructions_tokens + AROUND_TOKENS
        said = SPEECH_TOKENS_S * self.costs.speech.seconds(questions)
        return around + text_tokens(asked_text(questions)) + shown + said


def sure_tokens(questions: Sequence[Message], profile: RequestProfile) -> int:
    """Tokens of the question alone, before anything is downloaded: its text, and the photos whose
    size Telegram tells."""
    photos = [one for one in images_of(questions) if one.kind == "photo" and one.width]
    shown = sum(_picture_tokens(photo, profile) for photo in photos)
    return text_tokens(asked_text(questions)) + shown


def _picture_tokens(picture: TelegramImage, profile: RequestProfile) -> int:
    """As large as it may be uploaded; only of a photo Telegram itself tells the size."""
    if picture.kind != "photo" or not picture.width or not picture.height:
        return profile.most_image_tokens()
    size = picture.width, picture.height
    return profile.image_tokens(*profile.sight.useful(size, profile.image_side))
