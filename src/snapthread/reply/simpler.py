"""A message that Telegram refused, made simpler step by step until it is taken. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from snapthread.characters import utf16_len
from snapthread.errors import ChatRefused
from snapthread.formatting.split.plain import cut
from snapthread.limits import CUT_TEXT_UNITS
from snapthread.model import Destination, OutboxMessage

Messages = tuple[OutboxMessage, ...]
Simplification = Callable[[OutboxMessage, ChatRefused], Messages]


def without_the_refused(message: OutboxMessage, refused: ChatRefused) -> Messages:
    """Without what Telegram names of it: that one
    person sees it, its topic, what it replies to, its format, its buttons."""
    to, outgoing = message.to, message.outgoing
    match refused.part:
        case "reader":
            outgoing = replace(outgoing, seen_by=None)
        case "topic" | "thread":
            to = replace(to, thread_id=None)
        case "reply":
            to = replace(to, reply_to=None)
        case "entities":
            outgoing = replace(outgoing, entities=())
        case "buttons":
            outgoing = replace(outgoing, buttons=())
    return (replace(message, to=to, outgoing=outgoing),)


def plain(message: OutboxMessage, _refused: ChatRefused) -> Messages:
    return (_plain(message),)


def _plain(message: OutboxMessage) -> OutboxMessage:
    """Nothing but the words, in the chat itself."""
    outgoing = replace(message.outgoing, entities=(), buttons=(), seen_by=None)
    to = Destination(
        chat_id=message.to.chat_id, replaces=message.to.replaces, inline_id=message.to.inline_id
    )
    return replace(message, to=to, outgoing=outgoing)


def in_pieces(message: OutboxMessage, _refused: ChatRefused) -> Messages:
    return pieces_of(message)


def pieces_of(message: OutboxMessage) -> Messages:
    """The same, in messages of half of what should fit; a file without its caption."""
    whole = _plain(message)
    if whole.outgoing.document is not None:
        return (replace(whole, outgoing=replace(whole.outgoing, text="")),)
    pieces, text = [], whole.outgoing.text
    while utf16_len(text) > CUT_TEXT_UNITS:
        end = cut(text, CUT_TEXT_UNITS)
        pieces.append(text[:end].strip())
        text = text[end:]
    pieces.append(text.strip())
    elsewhere = replace(whole, to=replace(whole.to, replaces=None))
    return tuple(
        replace(whole if n == 0 else elsewhere, outgoing=replace(whole.outgoing, text=piece))
        for n, piece in enumerate(filter(None, pieces))
    )


STEPS: Final[tuple[Simplification, ...]] = (without_the_refused, plain, in_pieces)
