"""A question that can be asked anew: how it ended, and the button below its answer."""

from dataclasses import replace
from typing import Final

from snapthread.model import AskAgain, Button, Claim, ConversationKey, Ending, Redo, owner_in_group
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome

# Failures that come again however often the same is asked.
NO_USE: Final = frozenset(
    "AlbumTooLarge AssistantRefused ContextTooLong ImageRefused ImagesTooLarge"
    " QuestionTooLong".split()
)


def with_ending(outcome: Outcome, claim: Claim, t: Localizer) -> Outcome:
    """The end of a question that can be asked anew: what stands, and the button below it."""
    if outcome.choice is not None:
        return outcome  # the question waits still, for pages
    redo = claim.redo
    stands = redo is not None and (redo.is_continuation or not outcome.items)
    if redo is not None and stands and not redo.is_continuation and redo.answer:
        after = (*outcome.texts, *outcome.after)  # in a message of their own
        outcome = replace(outcome, texts=(), answer=redo.answer, after=after)
    turn = redo.turn if redo is not None and stands else claim.turn
    how = _button_kind(outcome, redo)
    buttons = (again_button(how, turn, claim.conversation, t),) if how else ()
    return replace(outcome, ending=_ending(outcome), buttons=buttons)


def _ending(outcome: Outcome) -> Ending:
    if outcome.ending is not None:
        return outcome.ending
    if outcome.result != "answered":
        return "failed"
    return "stopped" if outcome.reason == "stopped" else "answered"


def _button_kind(outcome: Outcome, redo: Redo | None) -> AskAgain | None:
    """The buttons that would help."""
    if outcome.ending == "cut":
        return "continue"
    has_failed = outcome.result == "failed" and outcome.reason not in NO_USE
    if not has_failed and outcome.reason != "stopped":
        return None
    goes_on = redo is not None and redo.is_continuation and not outcome.items
    return "continue" if goes_on else "retry"


def again_button(how: AskAgain, turn: int, conversation: ConversationKey, t: Localizer) -> Button:
    owner = owner_in_group(conversation)
    whose = "" if owner is None else f":{owner}"
    return Button(text=t(f"again_{how}"), press=f"{how}:{turn}{whose}")


def helps_to_retry(error: Exception) -> bool:
    return type(error).__name__ not in NO_USE
