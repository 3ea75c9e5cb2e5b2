"""Everything that Telegram remembers of one bot: chats, people, files, updates."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from snapthread_sandbox.telegram.chats import Chat, Message
from snapthread_sandbox.telegram.files import ChatFiles
from snapthread_sandbox.telegram.params import BotError, bad_request
from snapthread_sandbox.telegram.updates import Updates
from snapthread_sandbox.wire import Json

UPGRADED: Final = "Bad Request: group chat was upgraded to a supergroup chat"


class World:
    """Everything that Telegram knows of one bot."""

    def __init__(self, now: Callable[[], float], bot: Json) -> None:
        self.now = now
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, Json] = {bot["id"]: bot_user(bot)}
        self.groups: dict[int, Callable[[Message], bool]] = {}  # what of it the bot gets to see
        self.guests: Callable[[Chat, Message], object] | None = None  # None: no guest mode
        self.knows_ephemerals = True  # an older server shows them to all
        self.opens_topics = True  # by what a person says outside of every topic
        self.queries: dict[str, Chat] = {}  # pressed buttons that were not answered yet
        self.files = ChatFiles(now, bot["id"])
        self.updates = Updates(now, self.note_change, self.change)
        self._numbers = count(1)
        self._changed = asyncio.Event()

    def number(self) -> int:
        """A new id: of a message, an album, a pressed button."""
        return next(self._numbers)

    def note_change(self) -> None:
        """Tells everybody who waits that something has happened."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        await self._changed.wait()

    def new_chat(self, json: Json, *, refusal: BotError | None = None) -> Chat:
        chat = self.chats[json["id"]] = Chat(json=json, world=self, refusal=refusal)
        return chat

    @property
    def sender(self) -> Json:
        """The bot, as the sender of a message."""
        return self.users[self.bot["id"]]

    def chat(self, chat_id: int | str) -> Chat:
        """The chat that the bot wants to reach, unless it may not."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else self._public(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.refusal is not None:
            raise chat.refusal
        return chat

    def migrate(self, chat: Chat, chat_id: int) -> None:
        """From now on the bot hears of the new id wherever it uses the old one."""
        chat.refusal = BotError(400, UPGRADED, {"migrate_to_chat_id": chat_id})

    def membership(self, chat: Chat, by: Json, before: Json, after: Json) -> None:
        """Tells the bot that its own standing in a chat has changed."""
        change = {"chat": chat.json, "from": by, "date": int(self.now())}
        self.updates.push(
            "my_chat_member", change | {"old_chat_member": before, "new_chat_member": after}
        )

    def _public(self, name: str) -> Chat | None:
        wanted = name.removeprefix("@").lower()
        return next(
            (c for c in self.chats.values() if c.json.get("username", "").lower() == wanted), None
        )

    def post(self, chat: Chat, sender: Json, content: Mapping[str, Any]) -> Message:
        """A new message in a chat."""
        json: Json = {
            "message_id": self.number(),
            "from": sender,
            "chat": chat.json,
            "date": int(self.now()),
            **content,
        }
        is_from_bot = sender["id"] == self.bot["id"]
        return chat.add(Message(json=json, is_from_bot=is_from_bot))


def bot_user(bot: Json) -> Json:
    """A bot as a User: without what only getMe tells."""
    return {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
