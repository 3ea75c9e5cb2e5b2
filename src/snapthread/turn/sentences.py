"""Our sentences beside an answer: of files, sounds and limits; and the outcome that they make."""

import secrets
from dataclasses import replace
from typing import Final

import structlog

from snapthread.formatting import is_hidden
from snapthread.model import OutgoingMessage, PageChoice
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome, plain_messages, quote_messages
from snapthread.turn.pages import offer
from snapthread.turn.result import TurnResult
from snapthread.turn.state import TurnState

CUT_AT_LENGTH: Final = "max_output_tokens"
log = structlog.get_logger()


def outcome_of(ended: TurnResult, refusals: tuple[str, ...], t: Localizer) -> Outcome:
    """The outcome of a turn. `refusals`: sentences about messages that were no part of the
    question."""
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
    """A turn that failed still says what would have been said beside its answer."""
    of_files = (*t.lost(turn.lost), *t.away_now(turn.away))
    return replace(failed, texts=(*_opening_notes(turn, refusals, t), *failed.texts, *of_files))


def preface(
    ended: TurnResult, refusals: tuple[str, ...], t: Localizer
) -> tuple[OutgoingMessage, ...]:
    """The messages before the answer's own; `ended`: so far, of an answer that has only begun."""
    texts = (*_opening_notes(ended, refusals, t), *_file_notes(ended, t))
    return (*plain_messages(texts), *quote_messages(ended.spoken))


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


def unexpected_failure(error: Exception, t: Localizer) -> Outcome:
    """A mistake of ours: logged whole, with a number that the person sees too."""
    number = secrets.token_hex(3)
    log.error("turn.broke", number=number, exc_info=error)
    text = t("unexpected", id=number)
    return Outcome(result="failed", reason="unexpected", texts=(text,))
