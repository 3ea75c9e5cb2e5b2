"""An update of the Bot API → a message in our words, or None where nobody waits for an answer."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from aiogram import types

from snapthread.adapters.bot_api.command import command_in
from snapthread.adapters.bot_api.content import PICTURED, Content, content_of
from snapthread.adapters.bot_api.membership import blocked_by, press_of, stop_of
from snapthread.adapters.bot_api.reply import reply_of
from snapthread.model import (
    ConversationKey,
    Message,
    MessageKind,
    group_conversation,
    private_conversation,
)
from snapthread.ports import Update

log = structlog.get_logger()

# Enough to answer a message of which something else is newer than aiogram.
SURE: Final = frozenset(
    {
        "message_id",
        "date",
        "chat",
        "from",
        "sender_chat",
        "is_automatic_forward",
        "message_thread_id",
        "is_topic_message",
        "media_group_id",
        "text",
        "entities",
        "caption",
        "caption_entities",
        "photo",
        "document",
    }
)


def update_of(raw: object, username: str) -> Update | None:
    """None only for what has no id: it cannot be confirmed either."""
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or type(update_id) is not int:
        log.warning("update.malformed", update_id=None, error="no update_id")
        return None
    blocked = None
    try:
        update = _read(_writable(raw))
        accepted = _accepted_of(update, username)
        if update.my_chat_member:
            blocked = blocked_by(update.my_chat_member)
    except (ValueError, OverflowError, OSError, RecursionError) as error:  # also pydantic's
        log.warning("update.malformed", update_id=update_id, error=type(error).__name__)
        accepted = None
    return Update(update_id=update_id, message=accepted, blocked=blocked)


def _accepted_of(update: types.Update, username: str) -> Message | None:
    if update.callback_query:
        return press_of(update.callback_query, update.update_id, datetime.now(UTC))
    if update.stopped_message_generation:
        return stop_of(update.stopped_message_generation, update.update_id, datetime.now(UTC))
    return message_of(update.message, update.update_id, username) if update.message else None


def _writable(raw: dict[str, Any]) -> dict[str, Any]:
    """Half a surrogate pair, which no store can keep, becomes U+FFFD."""
    text = json.dumps(raw, ensure_ascii=False).encode("utf-16", "surrogatepass")
    mended: dict[str, Any] = json.loads(text.decode("utf-16", "replace"))
    return mended


def _read(raw: dict[str, Any]) -> types.Update:
    """A person waits: where the whole cannot be read, what we need of it may."""
    try:
        return types.Update.model_validate(raw)
    except ValueError:
        if not isinstance(raw.get("message"), dict):
            raise
    log.info("update.unfamiliar", update_id=raw["update_id"])
    try:
        return _read_only(SURE | PICTURED, raw)
    except ValueError:
        return _read_only(SURE, raw)


def _read_only(names: frozenset[str], raw: dict[str, Any]) -> types.Update:
    message = {name: value for name, value in raw["message"].items() if name in names}
    return types.Update.model_validate({"update_id": raw["update_id"], "message": message})


def message_of(message: types.Message, update_id: int, username: str) -> Message | None:
    """None for what no person said to us: services, channels, bots, another bot's command."""
    content, user = content_of(message), _person(message)
    if content is None or user is None:
        return None
    command = command_in(message)
    if command is None:
        return _accepted(message, user, content, update_id)
    if message.chat.type != "private" and not command.is_for(username):
        return None
    return _accepted(message, user, Content(), update_id, command=command.word)


def _person(message: types.Message) -> types.User | None:
    """An anonymous admin speaks through a bot's account, in the name of a chat."""
    user = message.from_user
    if user is None or message.chat.type == "channel" or message.is_automatic_forward:
        return None
    return None if user.is_bot and message.sender_chat is None else user


def _accepted(
    message: types.Message, user: types.User, content: Content, update_id: int, command: str = ""
) -> Message:
    return Message(
        update_id=update_id,
        conversation=_conversation(message, user),
        chat_id=message.chat.id,
        thread_id=_thread(message),
        message_id=message.message_id,
        user_id=user.id,
        language_code=user.language_code,
        sent_at=message.date,
        kind=_kind(content, command),
        word=command or content.unsupported,
        text=message.text or message.caption or "",
        picture=content.pictures[0] if content.pictures else None,
        more_images=content.pictures[1:],
        album_id=message.media_group_id,
        reply=reply_of(message),
    )


def _kind(content: Content, command: str) -> MessageKind:
    if command:
        return "command"
    return "unsupported" if content.unsupported else "question"


def _conversation(message: types.Message, user: types.User) -> ConversationKey:
    if message.chat.type == "private":
        return private_conversation(user.id)
    return group_conversation(message.chat.id, _thread(message))


def _thread(message: types.Message) -> int | None:
    """Outside of topics a thread id only names the first message of a row of replies."""
    return message.message_thread_id if message.is_topic_message else None
