"""Places of messages: the conversation that a chat, a topic and a person make."""

from typing import Final

from snapthread.adapters.bot_api import types
from snapthread.model import ConversationKey, group_conversation, private_conversation
from snapthread.ports import NewTopic

GENERAL: Final = 1  # its thread id, where it is told


def conversation_of(
    message: types.Message, user: types.User, owner: int | None = None
) -> ConversationKey:
    """`owner`: in a group where each person has a conversation, whose this is."""
    if message.chat.type == types.PRIVATE:
        return private_conversation(user.id, thread_of(message))
    return group_conversation(message.chat.id, thread_of(message), owner)


def thread_of(message: types.Message) -> int | None:
    """Outside of topics a thread id only names the first message of a row of replies. The general
    topic is the chat itself: nothing can be sent to it by its id."""
    thread = message.message_thread_id if message.is_topic_message else None
    return None if thread == GENERAL else thread


def topic_of(message: types.Message) -> NewTopic | None:
    """A topic of a private chat that nobody gave a name: its first words stand there instead."""
    created, thread = message.forum_topic_created, message.message_thread_id
    if created is None or thread is None or message.chat.type != types.PRIVATE:
        return None
    return NewTopic(chat_id=message.chat.id, thread_id=thread) if created.is_name_implicit else None
