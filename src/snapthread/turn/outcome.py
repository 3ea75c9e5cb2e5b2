"""The end of a claim: its replies, and what the conversation keeps."""

import secrets
from dataclasses import dataclass, replace

import structlog

from snapthread.formatting import format_answer, is_hidden, split_plain
from snapthread.limits import SHOWN_TRANSCRIPT, utf16_len
from snapthread.model import Entity, HistoryItem, OutgoingMessage, PageChoice
from snapthread.texts.localizer import Localizer
from snapthread.turn.pages import offer
from snapthread.turn.state import TurnResult

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`result`: answered, refused, failed or put_aside; `reason`: why, from a closed set.

    What is said: our own sentences (`texts`), what the person said (`quote`), the
    model's answer in its Markdown, sentences after
    it, and what is more than a sentence. `seen_by`: in a group, by one person only.
    """

    result: str
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

    def replies(self) -> tuple[OutgoingMessage, ...]:
        """Heavy on the processor where the answer is long."""
        if self.seen_by is None:
            return self._all()
        return tuple(replace(outgoing, seen_by=self.seen_by) for outgoing in self._all())

    def _all(self) -> tuple[OutgoingMessage, ...]:
        return (
            *_plain(self.texts),
            *_quoted(self.quote),
            *_formatted(self.answer),
            *_plain(self.after),
            *self.more,
        )


def alone(outcome: Outcome) -> Outcome:
    """Only the answer, where there is one."""
    return replace(outcome, texts=(), quote="", after=()) if outcome.answer else outcome


def outcome_of(ended: TurnResult, beyond: tuple[str, ...], t: Localizer) -> Outcome:
    """Of a turn; `beyond`: what is said of the messages that were no part of the question."""
    sounds = tuple(t.sound_fault(fault) for fault in dict.fromkeys(ended.sound_faults))
    files = (t.faults(ended.faults, ended.file_count, ended.choice),) if ended.faults else ()
    faults = (*files, *sounds)
    beyond = (*beyond, t.over(ended.over)) if ended.over else beyond
    if not ended.items:
        if ended.is_stopped:
            texts = (*beyond, t("stopped_unheard"))
            return Outcome(result="answered", reason="stopped", texts=texts)
        if ended.choice is not None and ended.can_choose:
            return _which_pages(ended.choice, beyond, t)
        reason = _reason(ended)
        return Outcome(result="refused", reason=reason, texts=(*beyond, *faults))
    if is_hidden(ended.text):  # thoughts and nothing else
        ended = replace(ended, text="")
    stills = (t("stills", n=ended.stills),) if ended.stills else ()
    pages = (t("document_only_pictures"),) if ended.has_unread_pages else ()
    return Outcome(
        result="answered",
        reason="stopped" if ended.is_stopped else "",
        texts=(*beyond, *faults, *stills, *pages),
        quote=ended.spoken,
        answer=ended.text,
        after=_after(ended, t),
        items=ended.items,
        history_start=ended.history_start,
    )


def _which_pages(choice: PageChoice, beyond: tuple[str, ...], t: Localizer) -> Outcome:
    text = t("document_which_pages", n=choice.pages, fits=choice.fits)
    return Outcome(
        result="refused",
        reason="too_many_pages",
        texts=beyond,
        more=(offer(choice, text, t),),
        choice=choice,
    )


def _reason(ended: TurnResult) -> str:
    """Why nothing was asked."""
    if ended.over and not ended.faults:
        return ended.over.limit
    return (*(fault.fault for fault in ended.faults), *ended.sound_faults)[0]


def _after(ended: TurnResult, t: Localizer) -> tuple[str, ...]:
    lost = (*t.lost(ended.lost), *t.away(ended.away))
    if ended.is_stopped:
        return lost if ended.text else (t.stopped(ended.unseen), *lost)
    if ended.cut:
        return (t.cut(ended.cut), *lost)
    return lost if ended.text else (t("empty_answer"), *lost)


def unexpected(error: Exception, t: Localizer) -> Outcome:
    """A mistake of ours: logged whole, with a number that the person sees too."""
    number = secrets.token_hex(3)
    log.error("turn.broke", number=number, exc_info=error)
    text = t("unexpected", id=number)
    return Outcome(result="failed", reason="unexpected", texts=(text,))


def _plain(texts: tuple[str, ...]) -> tuple[OutgoingMessage, ...]:
    return tuple(outgoing for text in texts for outgoing in split_plain(text))


def _quoted(words: str) -> tuple[OutgoingMessage, ...]:
    """Enough of it to see what was misheard."""
    if not words:
        return ()
    shown = words if len(words) <= SHOWN_TRANSCRIPT else words[:SHOWN_TRANSCRIPT].rstrip() + "…"
    quote = Entity(type="blockquote", offset=0, length=utf16_len(shown))
    return (OutgoingMessage(text=shown, entities=(quote,)),)


def _formatted(markdown: str) -> tuple[OutgoingMessage, ...]:
    """A formatter that fails, or leaves nothing to see, must not cost the answer."""
    if not markdown:
        return ()
    try:
        return format_answer(markdown) or split_plain(markdown)
    except Exception as error:
        log.error("formatting.broke", exc_info=error)
        return split_plain(markdown)
