"""Telegram, as the line sees it."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from snapthread.model import Destination, Message, OutboxMessage, OutgoingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """The bot came into a group or left it, or the group goes on under `new_chat_id`."""

    kind: Literal["joined", "left", "moved"]
    chat_id: int
    new_chat_id: int = 0
    language_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTopic:
    """A topic of a private chat that has no name of its own yet."""

    chat_id: int
    thread_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """A person's opinion of a message now: 1, -1, or 0: neither."""

    chat_id: int
    message_id: int
    user_id: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update: a message for the message queue, or None where nobody waits for an answer."""

    update_id: int
    message: Message | None
    is_asked: bool = True  # in a group: by a command, its name, or a reply to it
    blocked: tuple[int, bool] | None = None  # a user who blocked the bot, or came back
    group: GroupChange | None = None
    topic: NewTopic | None = None
    reaction: Reaction | None = None


class Chat(Protocol):
    """Telegram. Raises ChatBusy, ChatRefused and the ChatDenied family only."""

    async def start(self) -> str:
        """Check the token, set the webhook or take a left one away, publish the commands; the
        bot's name."""
        ...

    def read(self, body: bytes) -> Update:
        """An update as a webhook brings it; raises ValueError where it has no id."""
        ...

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        """Long poll. `offset` confirms every update below it. A malformed update is skipped."""
        ...

    async def reconnect(self) -> None:
        """The next poll opens a new connection; what else is under way goes on. Never raises."""
        ...

    async def send(self, part: OutboxMessage) -> int:
        """Send one message; its id. Never sent twice by itself."""
        ...

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None:
        """Show what is being written, with a Stop button, for 30 s; no text: "Thinking…".

        Raises DraftsUnknown where this server knows no drafts. In private chats only.
        """
        ...

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        """Give our own message another text; one that it has already is no failure."""
        ...

    async def delete(self, to: Destination, message_id: int) -> None:
        """Take our own message back; one that is gone already is no failure. Raises ChatRefused
        where it is too old for that."""
        ...

    def remove_buttons(self, to: Destination, message_id: int) -> Coroutine[Any, Any, None]:
        """Leave our own message without buttons; failures are ignored."""
        ...

    def answer_press(self, press_id: str, text: str = "") -> Coroutine[Any, Any, None]:
        """The pressed button stops waiting, and `text` (at most 200 characters) is shown for a
        moment to whoever pressed it; failures are ignored."""
        ...

    async def typing(self, to: Destination) -> None:
        """Show "typing…" for some seconds; failures are ignored."""
        ...

    async def has_topic(self, to: Destination) -> bool:
        """Is the topic still there? True where it cannot be told."""
        ...

    async def name_topic(self, to: Destination, name: str) -> None:
        """Give a topic of a private chat a name; failures are ignored."""
        ...

    async def answer_guest(self, query_id: str, text: str) -> str:
        """Answer a mention in a chat that the bot is no member of, once; the id of the answer, for
        `edit_guest`. Raises ChatRefused where it has waited too long."""
        ...

    async def edit_guest(self, inline_id: str, outgoing: OutgoingMessage) -> None:
        """Give that answer another text; one that it has already is no failure."""
        ...

    async def leave(self, chat_id: int) -> None:
        """Leave a group; one that it is not in is no failure."""
        ...

    async def name(self) -> str:
        """The bot's own name, as links have it."""
        ...

    async def is_member(self, chat: str, user_id: int) -> bool:
        """Is this person in the chat, by its @name or its number?"""
        ...

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """May this person decide for the group?"""
        ...

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        """The file's bytes; raises ImageRefused("too_large", "gone" or "unavailable") as well as
        ChatBusy.

        Never more than `max_bytes` are read, whatever Telegram said of the size.
        """
        ...

    async def close(self) -> None: ...
