"""Conversations of groups and of topics."""

from datetime import datetime
from typing import Protocol

from snapthread.model import (
    ConversationKey,
)


class Askers(Protocol):
    """Users whose questions wait or were answered in a group."""

    async def last_asker(self, conversation: ConversationKey) -> int | None:
        """In a group: the user whose question came last."""
        ...

    async def asker_in_turn(self, conversation: ConversationKey) -> int | None:
        """The user whose question is, or will be, answered first of those that wait."""
        ...


class TopicConversations(Protocol):
    """Topics, each a conversation: their names and their end."""

    async def note_topic(self, conversation: ConversationKey, chat_id: int) -> None:
        """A topic of a private chat that nobody gave a name; one that is known stays as it is."""
        ...

    async def take_unnamed(self, conversation: ConversationKey) -> bool:
        """True once for a topic that waits for a name: whoever is told so names it."""
        ...

    async def end_topic(self, conversation: ConversationKey, now: datetime) -> int | None:
        """In one transaction, as `leave_group`, for a topic that is not there any more; how many
        files are, or may be, at OpenAI. None where something waits or runs in it."""
        ...


class Groups(Protocol):
    """The life of a group beyond its turns."""

    async def leave_group(self, chat_id: int, now: datetime) -> int:
        """In one transaction: every conversation of the group and what waits in it is gone, whoever
        holds it is fenced off, reservations are charged, files are retired; how many files are, or
        may be, at OpenAI. What is said once to a group may be said to it again."""
        ...

    async def move_group(self, chat_id: int, new_chat_id: int) -> int:
        """In one transaction: the conversations of a group go on in another chat, with their lines,
        files, and what waits; how many. Whoever holds one is fenced off, and what they worked on
        waits there; parts to deliver go there and reply to nothing. What was said there already
        stays."""
        ...
