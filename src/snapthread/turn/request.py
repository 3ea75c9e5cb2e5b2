"""The request to the model: transcript and question, under hashed names that hide who asks."""

from dataclasses import dataclass

from snapthread.model import Installation, LedgerFile, Transcript, Usage
from snapthread.ports import AssistantRequest
from snapthread.turn.overheard import Overheard
from snapthread.turn.quotas import Quotas
from snapthread.turn.state import TurnState
from snapthread.turn.transcript import ModelTexts, request_items


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RequestBuilder:
    """Builds requests, and measures them."""

    quotas: Quotas
    t: ModelTexts
    installation: Installation
    overheard: Overheard

    def build(self, turn: TurnState, transcript: Transcript) -> AssistantRequest:
        claim, overheard = turn.claim, self.overheard.before(turn.messages)
        ask = AssistantRequest(
            items=request_items(transcript, turn.asked_item, self.t, overheard=overheard),
            profile=turn.meter.profile,
            safety_identifier=self.installation.hash_name(f"user {turn.messages[0].user_id}"),
            prompt_cache_key=self.installation.hash_name(
                f"conversation {claim.conversation} {claim.epoch}"
            ),
        )
        self._record(turn, transcript, ask.file_ids)
        return ask

    def _record(self, turn: TurnState, transcript: Transcript, openai_ids: tuple[str, ...]) -> None:
        profile, images = self.quotas.profile_of(turn.meter), _images(transcript, openai_ids)
        said = sum([item.tokens for item in (*transcript.items, turn.asked_item)])
        said += self.overheard.tokens(turn.messages)
        turn.meter.record_request(
            Usage(input_tokens=said + profile.instructions_tokens),
            images=len(images),
            image_tokens=sum(map(profile.file_tokens, images)),
        )


def _images(transcript: Transcript, openai_ids: tuple[str, ...]) -> list[LedgerFile]:
    """The images among the files of a request."""
    files = [transcript.files[openai_id] for openai_id in dict.fromkeys(openai_ids)]
    return [file for file in files if file.kind == "image"]
