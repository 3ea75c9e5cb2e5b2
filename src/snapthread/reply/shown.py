"""Messages of answers that are on the screen as they will be: their delivery has nothing to do."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from snapthread.model import Claim, ConversationKey, OutgoingMessage

CLAIMS_MAX: Final = 1000  # whose messages were not delivered; the oldest are forgotten

MessagesById = Mapping[int, OutgoingMessage]


@dataclass(slots=True, kw_only=True, eq=False)
class ShownMessages:
    """One instance a process, in memory: whoever goes on after a kill edits them once more. Kept by
    the claim, since nobody else changes its messages."""

    _messages: OrderedDict[tuple[ConversationKey, int], MessagesById] = field(
        default_factory=OrderedDict, init=False
    )

    def note(self, claim: Claim, messages: MessagesById) -> None:
        if messages:
            self._messages[claim.conversation, claim.token] = messages
            while len(self._messages) > CLAIMS_MAX:
                self._messages.popitem(last=False)

    def take(self, claim: Claim) -> MessagesById:
        """By the ids of their messages."""
        return self._messages.pop((claim.conversation, claim.token), {})
