"""From the model's Markdown to what is sent: source → tree → pieces → messages."""

from typing import Final

from snapthread.formatting.draft.closing import close_tail
from snapthread.formatting.parse.builder import read
from snapthread.formatting.parse.hidden import is_hidden
from snapthread.formatting.parse.source import prepare, tamed
from snapthread.formatting.render.pieces import pieces_of
from snapthread.formatting.split.ending import last_part
from snapthread.formatting.split.pack import pack
from snapthread.limits import MESSAGE_UNITS, utf16_len
from snapthread.model import OutgoingMessage

__all__ = ["format_answer", "format_draft", "format_start", "is_hidden"]

# A message of 4,096 units hardly has more source than this, with its links and marks.
START_CHARACTERS: Final = 4 * MESSAGE_UNITS


def format_answer(markdown: str) -> tuple[OutgoingMessage, ...]:
    """The whole answer as messages that fit."""
    return pack(pieces_of(read(prepare(tamed(markdown)))))


def format_draft(markdown_so_far: str) -> OutgoingMessage:
    """The answer so far as one message, without half-written Markdown; of a long one the end."""
    markdown = close_tail(tamed(markdown_so_far, is_draft=True))
    return last_part(list(pieces_of(read(prepare(markdown, is_draft=True)))))


def format_start(markdown_so_far: str) -> OutgoingMessage:
    """The answer so far as one message; of a long one what its first message will be."""
    if utf16_len(markdown_so_far) > MESSAGE_UNITS:
        parts = format_answer(markdown_so_far[:START_CHARACTERS])
        if len(parts) > 1:
            return parts[0]
    return format_draft(markdown_so_far)
