"""The end of a claim: what is said, and what the conversation keeps. The sentences are found in
sentences.py, what can be asked anew in again.py."""

from dataclasses import dataclass, replace

import structlog

from snapthread.characters import utf16_len
from snapthread.formatting import format_answer, split_plain
from snapthread.limits import SHOWN_TRANSCRIPT
from snapthread.model import Button, Ending, Entity, HistoryItem, OutgoingMessage, PageChoice
from snapthread.model.usage import TurnOutcome

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
        in_vain = self.ending is not None and not self.items
        return (
            *plain_messages(self.texts, is_news=in_vain),
            *quote_messages(self.quote),
            *_answer_messages(self.answer),
            *plain_messages(self.after, is_news=in_vain),
            *self.more,
        )


def answer_only(outcome: Outcome) -> Outcome:
    """Only the answer, where there is one; nothing of it is kept, and nothing can be pressed."""
    bare = replace(outcome, items=(), buttons=(), ending=None)
    return replace(bare, texts=(), quote="", after=()) if outcome.answer else bare


def plain_messages(texts: tuple[str, ...], *, is_news: bool = False) -> tuple[OutgoingMessage, ...]:
    parts = tuple(outgoing for text in texts for outgoing in split_plain(text))
    return tuple(replace(part, is_news=True) for part in parts) if is_news else parts


def quote_messages(words: str) -> tuple[OutgoingMessage, ...]:
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
