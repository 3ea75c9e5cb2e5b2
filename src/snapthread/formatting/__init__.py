"""The model's Markdown as Telegram messages: text and entities that fit.

    draft     closes what is half-written, then as an answer; `ending` shows its end,
              `pack_so_far` all that stays where it is
    answer    ─▶ source    hides from the parser what it would misread
              ─▶ builder   its events become a tree of blocks and inlines
              ─▶ pieces    each block is written down as text with spans
              ─▶ pack      pieces become messages of ≤ 4096 units and ≤ 100 entities

The parser is imported when an answer is first formatted, not when this package is.
"""

from typing import TYPE_CHECKING

from snapthread.formatting.split.plain import split_plain

if TYPE_CHECKING:
    from snapthread.formatting.answer import (
        format_answer,
        format_draft,
        format_growing,
        is_hidden,
    )

__all__ = ["format_answer", "format_draft", "format_growing", "is_hidden", "split_plain"]


def __getattr__(name: str) -> object:
    if name not in {"format_answer", "format_draft", "format_growing", "is_hidden"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from snapthread.formatting import answer

    return getattr(answer, name)
