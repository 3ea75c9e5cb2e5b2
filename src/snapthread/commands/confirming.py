"""Questions with two buttons: each is answered once and within an hour; a later press says so."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from snapthread.model import Button, Message, OutgoingMessage
from snapthread.texts.localizer import Localizer

ToConfirm = Literal["delete_me"]
OWN_DATA: Final = frozenset({"privacy", "export", "delete_me"})
OPEN_FOR: Final = timedelta(hours=1)  # whoever finds the buttons later has forgotten the question
MARKED_S: Final = 2 * OPEN_FOR.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An answer to a question of ours."""

    asked: ToConfirm
    is_yes: bool
    asked_at_s: int

    def is_open(self, now: datetime) -> bool:
        return abs(now.timestamp() - self.asked_at_s) < OPEN_FOR.total_seconds()


def question(asked: ToConfirm, t: Localizer, now: datetime) -> OutgoingMessage:
    """The buttons say when they were made: no store has to remember a question."""
    made = int(now.timestamp())
    buttons = (
        Button(text=t(f"{asked}_yes"), press=f"{asked}:yes:{made}"),
        Button(text=t(f"{asked}_no"), press=f"{asked}:no:{made}"),
    )
    return OutgoingMessage(text=t(f"{asked}_confirm"), buttons=buttons)


def is_about_own_data(message: Message) -> bool:
    """Somebody asks what is stored about them, or deletes it: nobody needs leave for that."""
    if message.kind == "press":
        return message.is_private and confirmation_in(message.word) is not None
    return message.kind == "command" and message.word in OWN_DATA


def confirmation_in(word: str) -> Confirmation | None:
    """None for a button that is no answer of ours. One without a time is of an older version."""
    name, _, rest = word.partition(":")
    answer, _, made = rest.partition(":")
    for asked in get_args(ToConfirm):
        if name == asked and answer in {"yes", "no"}:
            at = int(made) if made.isascii() and made.isdigit() else 0
            return Confirmation(asked=asked, is_yes=answer == "yes", asked_at_s=at)
    return None


def mark_of(press: Message) -> str:
    """Set by the first press of a question. Names nobody: it outlives an erasure by an hour."""
    place = f"{press.conversation} {press.message_id}"
    return f"press:{hashlib.sha256(place.encode()).hexdigest()[:16]}"
