"""A question's style for one person: the operator's way, with what they chose put over it."""

from dataclasses import dataclass, replace

from snapthread.model.context import text_tokens
from snapthread.model.preferences import Offer, Preferences
from snapthread.model.request_profile import RequestProfile
from snapthread.turn.transcript import ModelTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """`base`: the operator's, for whoever chose nothing."""

    offer: Offer
    base: RequestProfile
    t: ModelTexts

    def profile_of(self, chosen: Preferences) -> RequestProfile:
        instructions = self._instructions(chosen)
        return replace(
            self.base,
            model=self.offer.model_of(chosen),
            detail=self.offer.detail_of(chosen),
            instructions=instructions,
            instructions_tokens=text_tokens(instructions),
        )

    def _instructions(self, chosen: Preferences) -> str:
        """A persona's take the place of the operator's; one's own come after those."""
        persona = self.offer.persona_of(chosen)
        parts = [persona.instructions if persona else self.base.instructions]
        if self.offer.is_own(chosen):
            parts.append(self.t("own_instructions", text=chosen.own))
        if chosen.length in {"brief", "thorough"}:
            parts.append(self.t(f"length_{chosen.length}"))
        return "\n\n".join(parts)
