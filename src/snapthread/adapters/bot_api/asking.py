"""In a group: is a message meant for the bot, and who says it?"""

import re
from collections.abc import Iterator
from typing import Final

from snapthread.adapters.bot_api.command import command_in
from snapthread.adapters.bot_api.types import PRIVATE, Message, MessageEntity, User
from snapthread.texts import COMMANDS

NAME_MAX: Final = 40  # characters of a name; Telegram allows 129
NAMING: Final = frozenset({"mention", "text_mention", "bot_command"})
TOPIC: Final = "forum_topic_created"  # each message in a topic "answers" that one
WRITTEN: Final = re.compile(r"(?<![\w@/.])@(\w+)(?![@.]?\w)", re.ASCII)


def is_asked(message: Message, username: str) -> bool:
    """A command for it, its name, or a reply to one of its messages; in private everything."""
    if message.chat.type == PRIVATE:
        return True
    command = command_in(message)
    if command is not None:  # one that names no bot may be another bot's
        return bool(command.bot) or command.word in COMMANDS
    return _answers(message, username) or _names(message, username)


def _answers(message: Message, username: str) -> bool:
    replied = message.reply_to_message
    return (
        replied is not None and TOPIC not in replied.names and _is_bot(replied.from_user, username)
    )


def _names(message: Message, username: str) -> bool:
    if message.entities is None and message.caption_entities is None:
        return _is_written(username, in_text=message.text or message.caption or "")
    return any(
        _is_bot(entity.user, username) or said.rpartition("@")[2].lower() == username.lower()
        for entity, said in _named_stretches(message)
    )


def _is_written(username: str, *, in_text: str) -> bool:
    """Is it named where nothing is marked? Telegram marks each name, other servers may not."""
    return username.lower() in {name.lower() for name in WRITTEN.findall(in_text)}


def _named_stretches(message: Message) -> Iterator[tuple[MessageEntity, str]]:
    """The stretches of the text and of the caption that may name a bot; offsets are UTF-16."""
    for text, entities in (
        (message.text, message.entities),
        (message.caption, message.caption_entities),
    ):
        units = (text or "").encode("utf-16-le", "surrogatepass")
        for entity in entities or ():
            if entity.type in NAMING:
                said = units[2 * entity.offset : 2 * (entity.offset + entity.length)]
                yield entity, said.decode("utf-16-le", "replace")


def _is_bot(user: User | None, username: str) -> bool:
    return user is not None and (user.username or "").lower() == username.lower() != ""


def speaker_of(message: Message, user: User) -> int:
    """Anonymous admins, and channels, speak through an account that all of them share: whoever
    answers for it is the chat."""
    return message.sender_chat.id if user.is_bot and message.sender_chat else user.id


def name_of(message: Message, user: User) -> str:
    """One plain line: it is text for the model, and must not look like more."""
    if message.chat.type == PRIVATE:
        return ""
    if user.is_bot and message.sender_chat:
        return plain(message.sender_chat.title or "")
    return full_name(user)


def full_name(user: User) -> str:
    return plain(f"{user.first_name} {user.last_name or ''}")


def plain(name: str) -> str:
    """Without line breaks, control characters, and what ends a name or begins a note."""
    shown = "".join(" " if char in "[]:" or not char.isprintable() else char for char in name)
    return " ".join(shown.split())[:NAME_MAX].strip()
