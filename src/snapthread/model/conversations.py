"""The names of conversations: of a person, a topic, a group, a guest's question. Pure."""

from typing import NewType

ConversationKey = NewType("ConversationKey", str)


def private_conversation(user_id: int, thread_id: int | None = None) -> ConversationKey:
    """One per person; where private chats have topics, one more for each of them."""
    topic = "" if thread_id is None else f":{thread_id}"
    return ConversationKey(f"user:{user_id}{topic}")


def group_conversation(
    chat_id: int, thread_id: int | None, user_id: int | None = None
) -> ConversationKey:
    """One for each topic; with a user, one for each of them in it."""
    whose = "" if user_id is None else f":{user_id}"
    return ConversationKey(f"group:{chat_id}:{thread_id or 0}{whose}")


def guest_conversation(query_id: str) -> ConversationKey:
    """The key of one question in a chat that the bot is no member of: it ends with its answer."""
    return ConversationKey(f"guest:{query_id}")


def is_guest(conversation: ConversationKey) -> bool:
    return conversation.startswith("guest:")


def group_of(conversation: ConversationKey) -> int | None:
    """The chat of a group's conversation."""
    kind, *rest = conversation.split(":")
    return int(rest[0]) if kind == "group" else None


def is_topic(conversation: ConversationKey) -> bool:
    """Is it of a topic in a private chat?"""
    return conversation.startswith("user:") and conversation.count(":") == 2


def owner_in_group(conversation: ConversationKey) -> int | None:
    """The person whose own conversation of a group this is; None for a shared and a private one."""
    kind, *rest = conversation.split(":")
    return int(rest[2]) if kind == "group" and len(rest) == 3 else None
