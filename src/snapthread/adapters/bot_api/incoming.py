"""An update of the Bot API → a message in our words, or None where nobody waits for an answer."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog

from snapthread.adapters.bot_api import types
from snapthread.adapters.bot_api.asking import full_name, is_asked, name_of, speaker_of
from snapthread.adapters.bot_api.command import command_in
from snapthread.adapters.bot_api.content import PICTURED, MessageContent, content_of, kind_of
from snapthread.adapters.bot_api.conversation import conversation_of, thread_of, topic_of
from snapthread.adapters.bot_api.decode import NUMBER_MAX, Odd, Unreadable, read
from snapthread.adapters.bot_api.links import text_of
from snapthread.adapters.bot_api.membership import (
    blocked_by,
    group_change,
    press_of,
    reaction_of,
    stop_of,
)
from snapthread.adapters.bot_api.reply import reply_of
from snapthread.adapters.bot_api.sound import AUDIBLE
from snapthread.model import (
    Message,
    MessageKind,
    guest_conversation,
)
from snapthread.ports import Update

log = structlog.get_logger()
SAID: Final = frozenset({"text", "caption"})
CHANGEABLE: Final = frozenset({*PICTURED, *AUDIBLE})  # also without a word


def update_of(raw: object, username: str) -> Update | None:
    """None only for what has no id: it cannot be confirmed either."""
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    if type(update_id) is not int or abs(update_id) > NUMBER_MAX:
        log.warning("update.malformed", update_id=None, error="no update_id")
        return None
    odd: Odd = []
    try:
        update = read(types.Update, raw, odd)
    except (Unreadable, RecursionError) as error:
        log.warning("update.malformed", update_id=update_id, error=str(error)[:80])
        return Update(update_id=update_id, message=None)
    if odd:
        log.info("update.unfamiliar", update_id=update_id, fields=", ".join(odd))
    changed = update.my_chat_member
    return Update(
        update_id=update_id,
        message=_message_of(update, username),
        is_asked=update.message is None or is_asked(update.message, username),
        blocked=blocked_by(changed) if changed else None,
        group=group_change(update),
        topic=topic_of(update.message) if update.message else None,
        reaction=reaction_of(update.message_reaction) if update.message_reaction else None,
    )


def _message_of(update: types.Update, username: str) -> Message | None:
    if update.callback_query:
        return press_of(update.callback_query, update.update_id, datetime.now(UTC))
    if update.stopped_message_generation:
        return stop_of(update.stopped_message_generation, update.update_id, datetime.now(UTC))
    if update.guest_message:
        return guest_message_of(update.guest_message, update.update_id)
    if update.edited_message:
        return edit_of(update.edited_message, update.update_id)
    return message_of(update.message, update.update_id, username) if update.message else None


def message_of(message: types.Message, update_id: int, username: str) -> Message | None:
    """None for what no person said to us: services, channels, bots, another bot's command."""
    content, user = content_of(message), _person(message)
    if content is None or user is None:
        return None
    command = command_in(message)
    if command is None:
        return _build_message(message, user, content, update_id)
    if message.chat.type != types.PRIVATE and not command.is_for(username):
        return None
    return _build_message(message, user, MessageContent(), update_id, command=command.word)


def guest_message_of(message: types.Message, update_id: int) -> Message | None:
    """A mention where the bot is no member. All of it is a question: commands are for members."""
    content, user, query = content_of(message), _person(message), message.guest_query_id
    if content is None or user is None or query is None:
        return None
    asked = _build_message(message, user, content, update_id)
    conversation = guest_conversation(query)
    return replace(asked, conversation=conversation, thread_id=None, guest_query_id=query)


def edit_of(message: types.Message, update_id: int) -> Message | None:
    """Words or media that a person changed; `word` says where it is no question now. A location
    that moves, or a poll that is voted on, is edited too, and nobody waits for an answer to that.
    """
    content, user = content_of(message), _person(message)
    is_said = message.names & SAID or kind_of(message) in CHANGEABLE
    if content is None or user is None or not is_said:
        return None
    word = "command" if command_in(message) else content.unsupported
    return replace(_build_message(message, user, content, update_id), kind="edit", word=word)


def _person(message: types.Message) -> types.User | None:
    """An anonymous admin speaks through a bot's account, in the name of a chat."""
    user = message.from_user
    if user is None or message.chat.type == types.CHANNEL or message.is_automatic_forward:
        return None
    return None if user.is_bot and message.sender_chat is None else user


def _build_message(
    message: types.Message,
    user: types.User,
    content: MessageContent,
    update_id: int,
    command: str = "",
) -> Message:
    return Message(
        update_id=update_id,
        conversation=conversation_of(message, user),
        chat_id=message.chat.id,
        thread_id=thread_of(message),
        message_id=message.message_id,
        user_id=speaker_of(message, user),
        sender_name=full_name(user) if command == "start" else name_of(message, user),
        language_code=user.language_code,
        sent_at=message.date,
        kind=_kind(content, command),
        word=command or content.unsupported,
        text=text_of(message),
        image=content.images[0] if content.images else None,
        more_images=content.images[1:],
        document=content.document,
        sound=content.sound,
        album_id=message.media_group_id,
        reply=reply_of(message),
    )


def _kind(content: MessageContent, command: str) -> MessageKind:
    if command:
        return "command"
    return "unsupported" if content.unsupported else "question"
