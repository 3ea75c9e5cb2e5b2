"""What is said in the chats, as a person sees it, and everything else that Telegram remembers."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from typing import Any, Final

from snapthread_sandbox.telegram.files import ChatFiles
from snapthread_sandbox.telegram.params import BotError, bad_request
from snapthread_sandbox.telegram.updates import Updates
from snapthread_sandbox.wire import Json

DRAFT_S: Final = 30.0
ACTION_S: Final = 5.0
HEARS_S: Final = 60.0
GENERAL: Final = 1  # the topic of what is said outside of every other one
UPGRADED: Final = "Bad Request: group chat was upgraded to a supergroup chat"


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Message:
    """A message in a chat; `json` is what the Bot API tells of it now."""

    json: Json
    is_from_bot: bool
    versions: list[str] = field(default_factory=list)  # texts that were edited away
    reactions: list[str] = field(default_factory=list)  # of the bot
    reactions_of: dict[int, list[str]] = field(default_factory=dict)  # of people
    is_deleted: bool = False

    def __repr__(self) -> str:
        return f"<{'bot' if self.is_from_bot else 'person'} {self.id}: {self.text!r}>"

    @property
    def id(self) -> int:
        return int(self.json["message_id"])

    @property
    def text(self) -> str:
        return str(self.json.get("text", self.json.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        return list(self.json.get("entities", ()))

    @property
    def date(self) -> int:
        return int(self.json["date"])

    @property
    def thread(self) -> int | None:
        return self.json.get("message_thread_id")

    @property
    def reply_to(self) -> int | None:
        """The id of the message that this one answers."""
        replied = self.json.get("reply_to_message")
        return None if replied is None else int(replied["message_id"])

    @property
    def buttons(self) -> list[Json]:
        """All its inline buttons, row by row."""
        rows = self.json.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """One state of a streamed message. An empty text shows as "Thinking…"."""

    draft_id: int
    text: str
    entities: list[Json]
    at: float
    thread: int | None
    can_stop: bool
    keep_on_stop: bool
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """ "typing…" and the like."""

    action: str
    at: float
    thread: int | None


@dataclass(slots=True, kw_only=True, eq=False)
class Topic:
    """A topic of a forum, or of a private chat whose bot has topics."""

    thread: int
    name: str
    is_closed: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Pace:
    """At most `count` sends and edits `within_s`; one more is a 429 for `wait_s`."""

    count: int
    within_s: float
    wait_s: int


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """One chat as the people in it see it."""

    json: Json
    world: "World"
    messages: list[Message] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)  # to pressed buttons
    refusal: BotError | None = None  # what the bot gets for anything it sends here
    members: dict[int, Json] = field(default_factory=dict)  # ChatMember, by user id
    topics: dict[int, Topic] = field(default_factory=dict)
    ephemerals: list["Message"] = field(default_factory=list)  # each seen by one person
    pace: Pace | None = None  # None: as fast as it likes
    _sent_at: list[float] = field(default_factory=list)
    _flood_ends: float = 0.0
    _heard: int = 0

    @property
    def id(self) -> int:
        return int(self.json["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.json["type"] == "private")

    @property
    def has_topics(self) -> bool:
        """Whether what is said here belongs to topics."""
        is_threaded = self.is_private and self.world.bot["has_topics_enabled"]
        return is_threaded or bool(self.json.get("is_forum"))

    def clear(self) -> None:
        """Nothing was said here."""
        for said in (self.messages, self.drafts, self.actions, self.answers, self.ephemerals):
            said.clear()
        self._heard = 0

    def floods(self, wait_s: float) -> None:
        """Every send and edit in this chat is a 429 for so long."""
        self._flood_ends = self.world.now() + wait_s

    def keep_pace(self) -> None:
        """Counts a send or an edit. Raises BotError where it comes too soon."""
        now = self.world.now()
        if self.pace is not None and now >= self._flood_ends:
            self._sent_at = [at for at in self._sent_at if now - at < self.pace.within_s]
            if len(self._sent_at) >= self.pace.count:
                self.floods(self.pace.wait_s)
        if now < self._flood_ends:
            wait_s = ceil(self._flood_ends - now)
            description = f"Too Many Requests: retry after {wait_s}"
            raise BotError(429, description, {"retry_after": wait_s})
        self._sent_at.append(now)

    def status_of(self, user_id: int) -> str:
        """Of a member: creator, administrator, member, restricted, left or kicked."""
        return str(self.members.get(user_id, {"status": "left"})["status"])

    @property
    def bot_is_admin(self) -> bool:
        return self.status_of(self.world.bot["id"]) in ("creator", "administrator")

    @property
    def from_bot(self) -> list[Message]:
        """What the bot said and did not delete."""
        return [m for m in self.messages if m.is_from_bot and not m.is_deleted]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.from_bot]

    @property
    def draft(self) -> Draft | None:
        """The streamed message that is on the screen now."""
        last_of_topic = {draft.thread: draft for draft in self.drafts}.values()
        living = [d for d in last_of_topic if not d.is_over and self.world.now() < d.at + DRAFT_S]
        return living[-1] if living else None

    @property
    def action(self) -> str | None:
        """What stands under the bot's name now."""
        last = self.actions[-1] if self.actions else None
        said_since = last and any(m.date > last.at for m in self.from_bot)
        is_over = last is None or self.world.now() >= last.at + ACTION_S
        return None if last is None or is_over or said_since else last.action

    def find(self, message_id: int) -> Message | None:
        return next((m for m in self.messages if m.id == message_id and not m.is_deleted), None)

    def add(self, message: Message) -> Message:
        self.messages.append(message)
        self.world.changed()
        return message

    async def hears(self, count: int = 1, *, timeout_s: float = HEARS_S) -> list[Message]:
        """The next messages of the bot that nobody has waited for yet."""
        wanted = self._heard + count
        await self.until(lambda: len(self._said()) >= wanted, timeout_s=timeout_s)
        new = self._said()[self._heard : wanted]
        self._heard = wanted
        return new

    async def until(self, holds: Callable[[], bool], *, timeout_s: float = HEARS_S) -> None:
        """Waits for a state of this chat, or of anything else in Telegram."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self.world.change()
        except TimeoutError:
            raise AssertionError(f"Not within {timeout_s} s; heard {self.texts}") from None

    def _said(self) -> list[Message]:
        return [message for message in self.messages if message.is_from_bot]


class World:
    """Everything that Telegram knows of one bot."""

    def __init__(self, now: Callable[[], float], bot: Json) -> None:
        self.now = now
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, Json] = {bot["id"]: bot_user(bot)}
        self.groups: dict[int, Callable[[Message], bool]] = {}  # what of it the bot gets to see
        self.guests: Callable[[Chat, Message], object] | None = None  # None: no guest mode
        self.opens_topics = True  # by what a person says outside of every topic
        self.queries: dict[str, Chat] = {}  # pressed buttons that were not answered yet
        self.files = ChatFiles(now, bot["id"])
        self.updates = Updates(now, self.changed, self.change)
        self._numbers = count(1)
        self._changed = asyncio.Event()

    def number(self) -> int:
        """A new id: of a message, an album, a pressed button."""
        return next(self._numbers)

    def changed(self) -> None:
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

    def migrated(self, chat: Chat, chat_id: int) -> None:
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
