"""Parts of answers that are on the screen as they will be: their delivery has nothing to do."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from snapthread.model import Claim, ConversationKey, OutgoingMessage

CLAIMS_MAX: Final = 1000  # whose parts were not delivered; the oldest are forgotten

Parts = Mapping[int, OutgoingMessage]


@dataclass(slots=True, kw_only=True, eq=False)
class ShownParts:
    """One instance a process, in memory: whoever goes on after a kill edits them once more. Kept by
    the claim, since nobody else changes its messages."""

    _parts: OrderedDict[tuple[ConversationKey, int], Parts] = field(
        default_factory=OrderedDict, init=False
    )

    def note(self, claim: Claim, parts: Parts) -> None:
        if parts:
            self._parts[claim.conversation, claim.token] = parts
            while len(self._parts) > CLAIMS_MAX:
                self._parts.popitem(last=False)

    def take(self, claim: Claim) -> Parts:
        """By the ids of their messages."""
        return self._parts.pop((claim.conversation, claim.token), {})
