"""The message that a message answers to: its text, or the part quoted, and its file."""

from datetime import datetime
from typing import Final

from snapthread.adapters.bot_api.content import pictures_in
from snapthread.adapters.bot_api.document import document_in
from snapthread.adapters.bot_api.links import text_of
from snapthread.adapters.bot_api.types import ExternalReplyInfo, Message
from snapthread.model import RepliedMessage, TelegramImage

TOPIC: Final = "forum_topic_created"
ELSEWHERE: Final = 0  # an id of another chat would name some other message here


def reply_of(message: Message) -> RepliedMessage | None:
    quoted = message.quote.text if message.quote else ""
    replied, external = message.reply_to_message, message.external_reply
    if replied and TOPIC not in replied.names:  # each message in a topic "answers" that one
        return _reply(replied, quoted)
    return _external(external, quoted) if external else None


def _reply(replied: Message, quoted: str) -> RepliedMessage:
    return RepliedMessage(
        message_id=replied.message_id,
        text=quoted or text_of(replied),
        image=_first_picture(replied),
        document=document_in(replied),
        sent_at=_known_time(replied.date),
        user_id=_person(replied),
    )


def _person(replied: Message) -> int | None:
    """The owner of a message: what a bot or a chat wrote belongs to whoever shows it."""
    user = replied.from_user
    return None if user is None or user.is_bot or replied.sender_chat else user.id


def _external(replied: ExternalReplyInfo, quoted: str) -> RepliedMessage | None:
    """Of a message in another chat, Telegram gives only the quotation and the file."""
    picture, document = _first_picture(replied), document_in(replied)
    if not quoted and not picture and not document:
        return None
    return RepliedMessage(
        message_id=ELSEWHERE,
        text=quoted,
        image=picture,
        document=document,
        sent_at=_known_time(replied.origin.date),
    )


def _first_picture(replied: Message | ExternalReplyInfo) -> TelegramImage | None:
    return next(iter(pictures_in(replied)), None)


def _known_time(sent_at: datetime) -> datetime | None:
    """Telegram says 0 where it does not tell."""
    return sent_at if sent_at.timestamp() > 0 else None
