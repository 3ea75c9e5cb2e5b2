"""The text of a message, with the addresses that its links hide, or what it says without one."""

from typing import Final

from snapthread.adapters.bot_api.descriptions import describe
from snapthread.adapters.bot_api.types import Message, MessageEntity

LINK: Final = "text_link"


def text_of(message: Message) -> str:
    """The text or the caption; "see here" with a link on "here" is "see here (https://…)"."""
    if message.text:
        return _spell_out_links(message.text, message.entities or ())
    if message.caption:
        return _spell_out_links(message.caption, message.caption_entities or ())
    return describe(message)


def _spell_out_links(text: str, entities: tuple[MessageEntity, ...]) -> str:
    """Bot API counts in UTF-16 units; from the end, so that no offset moves."""
    links = [entity for entity in entities if entity.type == LINK and entity.url]
    if not links:
        return text
    units = text.encode("utf-16-le")
    for link in sorted(links, key=lambda link: -link.offset):
        end = 2 * (link.offset + link.length)
        shown = units[2 * link.offset : end].decode("utf-16-le", "replace")
        if link.url and link.url.rstrip("/") != shown.strip().rstrip("/"):
            units = units[:end] + f" ({link.url})".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "replace")
