"""Replies to commands and to pressed buttons."""

from dataclasses import dataclass

from snapthread.model import OutgoingMessage
from snapthread.turn.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PressAnswer:
    """`screen`: takes the place of the message with the button; `toast`: shown for a moment to
    whoever pressed it; `replies`: messages of their own; `is_stale`: the buttons go."""

    replies: tuple[OutgoingMessage, ...] = ()
    screen: OutgoingMessage | None = None
    toast: str = ""
    is_stale: bool = False


def reply_with(*texts: str, seen_by: int | None = None) -> Outcome:
    return Outcome(result="answered", reason="command", texts=texts, seen_by=seen_by)
