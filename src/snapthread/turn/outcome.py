"""The end of a claim: its replies, and what the conversation keeps."""

import secrets
from dataclasses import dataclass, replace
from typing import Final

import structlog

from snapthread.characters import utf16_len
from snapthread.formatting import format_answer, is_hidden, split_plain
from snapthread.limits import SHOWN_TRANSCRIPT
from snapthread.model import (
    AskAgain,
    Button,
    Claim,
    ConversationKey,
    Ending,
    Entity,
    HistoryItem,
    OutgoingMessage,
    PageChoice,
    Redo,
    owner_in_group,
)
from snapthread.model.usage import TurnOutcome
from snapthread.texts.localizer import Localizer
from snapthread.turn.pages import offer
from snapthread.turn.result import TurnResult
from snapthread.turn.state import TurnState

# Failures that come again however often the same is asked.
NO_USE: Final = frozenset(
    "AlbumTooLarge AssistantRefused ContextTooLong ImageRefused ImagesTooLarge"
    " QuestionTooLong".split()
)
CUT_AT_LENGTH: Final = "max_output_tokens"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`reason`: why it is that result, from a closed set.

    What is said: our own sentences (`texts`), what the person said (`quote`), the model's answer
    in its Markdown, sentences after it, and what is more than a sentence. `seen_by`: in a group,
    by one person only.
    """

    result: TurnOutcome
    reason: str = ""
    texts: tuple[str, ...] = ()
    quote: str = ""
    answer: str = ""
    after: tuple[str, ...] = ()
    more: tuple[OutgoingMessage, ...] = ()
    items: tuple[HistoryItem, ...] = ()
    history_start: int | None = None
    taken_back_from: int | None = None  # the item from which on the conversation leaves
    choice: PageChoice | None = None  # of pages: the question waits for it
    seen_by: int | None = None
    ending: Ending | None = None  # of a question that can be asked anew
    buttons: tuple[Button, ...] = ()  # below the last message
    tells_of_files: bool = False  # that small text is easier to read in a picture sent as a file

    def replies(self) -> tuple[OutgoingMessage, ...]:
        """Heavy on the processor where the answer is long."""
        replies = self._messages()
        if self.seen_by is not None:
            replies = tuple(replace(outgoing, seen_by=self.seen_by) for outgoing in replies)
        if not self.buttons or not replies:
            return replies
        return (*replies[:-1], replace(replies[-1], buttons=self.buttons))

    def _messages(self) -> tuple[OutgoingMessage, ...]:
        return (
            *_plain_messages(self.texts),
            *_quote_messages(self.quote),
            *_answer_messages(self.answer),
            *_plain_messages(self.after),
            *self.more,
        )


def answer_only(outcome: Outcome) -> Outcome:
    """Only the answer, where there is one; nothing of it is kept, and nothing can be pressed."""
    bare = replace(outcome, items=(), buttons=(), ending=None)
    return replace(bare, texts=(), quote="", after=()) if outcome.answer else bare


def outcome_of(ended: TurnResult, refusals: tuple[str, ...], t: Localizer) -> Outcome:
    """Of a turn; `refusals`: what is said of the messages that were no part of the question."""
    refusals = _opening_notes(ended, refusals, t)
    if not ended.items:
        if ended.is_stopped:
            key = "stopped_again" if ended.is_continuation else "stopped_unheard"
            texts = (*refusals, t(key))
            return Outcome(result="answered", reason="stopped", texts=texts)
        if ended.choice is not None and ended.can_choose:
            return _which_pages(ended.choice, refusals, t)
        reason = _reason(ended)
        return Outcome(result="refused", reason=reason, texts=(*refusals, *_faults(ended, t)))
    if is_hidden(ended.text):  # thoughts and nothing else
        ended = replace(ended, text="")
    return Outcome(
        result="answered",
        reason="stopped" if ended.is_stopped else "",
        texts=(*refusals, *_file_notes(ended, t)),
        quote=ended.spoken,
        answer=ended.text,
        after=_closing_notes(ended, t),
        more=_private_hint(ended, t),
        items=ended.items,
        history_start=ended.history_start,
        taken_back_from=ended.taken_back_from,
        ending="cut" if ended.cut == CUT_AT_LENGTH else None,
        tells_of_files=ended.has_small_text and not _postpones_hint(ended),
    )


def with_notes(
    failed: Outcome, turn: TurnState, refusals: tuple[str, ...], t: Localizer
) -> Outcome:
    """Of a turn that failed: what would have been said beside its answer is said all the same."""
    of_files = (*t.lost(turn.lost), *t.away_now(turn.away))
    return replace(failed, texts=(*_opening_notes(turn, refusals, t), *failed.texts, *of_files))


def preface(
    ended: TurnResult, refusals: tuple[str, ...], t: Localizer
) -> tuple[OutgoingMessage, ...]:
    """The messages before the answer's own; `ended`: so far, of an answer that has only begun."""
    texts = (*_opening_notes(ended, refusals, t), *_file_notes(ended, t))
    return (*_plain_messages(texts), *_quote_messages(ended.spoken))


def _opening_notes(
    ended: TurnResult | TurnState, refusals: tuple[str, ...], t: Localizer
) -> tuple[str, ...]:
    """With what is said of the parts that came late; nothing twice."""
    late = (
        *t.refusals(ended.unsupported),
        *([t.limit_reached(ended.exceeded)] if ended.exceeded else []),
    )
    return tuple(dict.fromkeys((*refusals, *late)))


def _file_notes(ended: TurnResult, t: Localizer) -> tuple[str, ...]:
    """Our sentences about files that were not, or not wholly, read."""
    stills = (t("stills", n=ended.stills),) if ended.stills else ()
    pages = (t("document_only_pictures"),) if ended.has_unread_pages else ()
    return (*_faults(ended, t), *stills, *pages)


def _faults(ended: TurnResult, t: Localizer) -> tuple[str, ...]:
    sounds = tuple(t.sound_fault(fault) for fault in dict.fromkeys(ended.sound_faults))
    files = (t.faults(ended.faults, ended.file_count, ended.choice),) if ended.faults else ()
    return (*files, *sounds)


def _which_pages(choice: PageChoice, refusals: tuple[str, ...], t: Localizer) -> Outcome:
    text = t("document_which_pages", n=choice.pages, fits=choice.fits)
    return Outcome(
        result="refused",
        reason="too_many_pages",
        texts=refusals,
        more=(offer(choice, text, t),),
        choice=choice,
    )


def _reason(ended: TurnResult) -> str:
    """Why nothing was asked."""
    if ended.exceeded and not ended.faults:
        return ended.exceeded.limit
    return (*(fault.fault for fault in ended.faults), *ended.sound_faults)[0]


def _closing_notes(ended: TurnResult, t: Localizer) -> tuple[str, ...]:
    is_for_all = ended.asker_in_group is None
    hint = (t("small_text"),) if ended.has_small_text and is_for_all else ()
    lost = (*t.lost(ended.lost), *t.away(ended.away), *hint)
    if ended.is_stopped:
        return lost if ended.text else (t.stopped(ended.unseen), *lost)
    if ended.cut:
        return (t.cut(ended.cut), *lost)
    return lost if ended.text else (t("empty_answer"), *lost)


def _private_hint(ended: TurnResult, t: Localizer) -> tuple[OutgoingMessage, ...]:
    """In a group a hint is for whoever asked; the others need not read it."""
    if not ended.has_small_text or ended.asker_in_group is None or _postpones_hint(ended):
        return ()
    return (OutgoingMessage(text=t("small_text"), seen_by=ended.asker_in_group),)


def _postpones_hint(ended: TurnResult) -> bool:
    """To a later answer: a button belongs below the last message, which all must see."""
    return ended.asker_in_group is not None and bool(ended.cut or ended.is_stopped)


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


def unexpected_failure(error: Exception, t: Localizer) -> Outcome:
    """A mistake of ours: logged whole, with a number that the person sees too."""
    number = secrets.token_hex(3)
    log.error("turn.broke", number=number, exc_info=error)
    text = t("unexpected", id=number)
    return Outcome(result="failed", reason="unexpected", texts=(text,))


def _plain_messages(texts: tuple[str, ...]) -> tuple[OutgoingMessage, ...]:
    return tuple(outgoing for text in texts for outgoing in split_plain(text))


def _quote_messages(words: str) -> tuple[OutgoingMessage, ...]:
    """Enough of it to see what was misheard."""
    if not words:
        return ()
    shown = words if len(words) <= SHOWN_TRANSCRIPT else words[:SHOWN_TRANSCRIPT].rstrip() + "…"
    quote = Entity(type="blockquote", offset=0, length=utf16_len(shown))
    return (OutgoingMessage(text=shown, entities=(quote,)),)


def _answer_messages(markdown: str) -> tuple[OutgoingMessage, ...]:
    """A formatter that fails, or leaves nothing to see, must not cost the answer."""
    if not markdown:
        return ()
    try:
        return format_answer(markdown) or split_plain(markdown)
    except Exception as error:
        log.error("formatting.broke", exc_info=error)
        return split_plain(markdown)
