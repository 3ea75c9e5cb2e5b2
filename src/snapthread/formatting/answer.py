"""From the model's Markdown to what is sent: source → tree → pieces → messages."""

from snapthread.formatting.draft.closing import SOURCE_HUGE, close_tail, recent
from snapthread.formatting.parse.builder import read
from snapthread.formatting.parse.hidden import is_hidden
from snapthread.formatting.parse.source import prepare, tame
from snapthread.formatting.render.pieces import pieces_of
from snapthread.formatting.split.ending import last_part
from snapthread.formatting.split.pack import pack, pack_so_far
from snapthread.model import OutgoingMessage

__all__ = ["format_answer", "format_draft", "format_growing", "is_hidden"]


def format_answer(markdown: str) -> tuple[OutgoingMessage, ...]:
    """The whole answer as messages that fit."""
    return pack(pieces_of(read(prepare(tame(markdown)))))


def format_draft(markdown_so_far: str) -> OutgoingMessage:
    """The answer so far as one message, without half-written Markdown; of a long one the end."""
    markdown = close_tail(recent(tame(markdown_so_far, is_draft=True)))
    return last_part(list(pieces_of(read(prepare(markdown, is_draft=True)))))


def format_growing(markdown_so_far: str) -> tuple[OutgoingMessage, ...]:
    """The answer so far as the messages of the whole one: all but the last are what they will be,
    and the last grows."""
    markdown = close_tail(tame(markdown_so_far[:SOURCE_HUGE], is_draft=True))
    return pack_so_far(pieces_of(read(prepare(markdown, is_draft=True))))
