"""From the model's Markdown to what is sent: source → tree → pieces → messages."""

from snapthread.formatting.draft.closing import close_tail
from snapthread.formatting.parse.builder import read
from snapthread.formatting.parse.hidden import is_hidden
from snapthread.formatting.parse.source import prepare, tamed
from snapthread.formatting.render.pieces import pieces_of
from snapthread.formatting.split.ending import last_part
from snapthread.formatting.split.pack import pack
from snapthread.model import OutgoingMessage

__all__ = ["format_answer", "format_draft", "is_hidden"]


def format_answer(markdown: str) -> tuple[OutgoingMessage, ...]:
    """The whole answer as messages that fit."""
    return pack(pieces_of(read(prepare(tamed(markdown)))))


def format_draft(markdown_so_far: str) -> OutgoingMessage:
    """The answer so far as one message, without half-written Markdown; of a long one the end."""
    markdown = close_tail(tamed(markdown_so_far, is_draft=True))
    return last_part(list(pieces_of(read(prepare(markdown, is_draft=True)))))
