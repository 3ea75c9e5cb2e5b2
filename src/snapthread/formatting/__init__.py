"""The model's Markdown as Telegram messages: text and entities that fit.

    answer ─▶ source ─▶ builder ─▶ pieces ─▶ pack
              what the    events     blocks     messages of ≤ 4096 units
    draft ──▶ parser      to the     written    and ≤ 100 entities; for a
    closes    would       tree       down       draft `ending`: the last one
    the tail  misread

The parser is imported when an answer is first formatted, not when this package is.
"""

from typing import TYPE_CHECKING

from snapthread.formatting.split import split_plain, utf16_len

if TYPE_CHECKING:
    from snapthread.formatting.answer import format_answer, format_draft

__all__ = ["format_answer", "format_draft", "split_plain", "utf16_len"]


def __getattr__(name: str) -> object:
    if name not in {"format_answer", "format_draft"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from snapthread.formatting import answer

    return getattr(answer, name)
