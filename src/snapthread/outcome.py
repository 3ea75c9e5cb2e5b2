"""How a claim ends: what is said, and what the conversation keeps."""

from dataclasses import dataclass

import structlog

from snapthread.formatting import format_answer, split_plain
from snapthread.model import Line, Say

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`result`: answered, refused, failed or put_aside; `reason`: why, from a closed set.

    What is said: our own sentences (`texts`), the model's answer in its Markdown, sentences after
    it, and what is more than a sentence.
    """

    result: str
    reason: str = ""
    texts: tuple[str, ...] = ()
    answer: str = ""
    after: tuple[str, ...] = ()
    more: tuple[Say, ...] = ()
    lines: tuple[Line, ...] = ()

    def says(self) -> tuple[Say, ...]:
        """Heavy on the processor where the answer is long."""
        return (
            *_plain(self.texts),
            *_formatted(self.answer),
            *_plain(self.after),
            *self.more,
        )


def _plain(texts: tuple[str, ...]) -> tuple[Say, ...]:
    return tuple(say for text in texts for say in split_plain(text))


def _formatted(markdown: str) -> tuple[Say, ...]:
    """A formatter that fails, or leaves nothing to see, must not cost the answer."""
    if not markdown:
        return ()
    try:
        return format_answer(markdown) or split_plain(markdown)
    except Exception as error:
        log.error("formatting.broke", exc_info=error)
        return split_plain(markdown)
