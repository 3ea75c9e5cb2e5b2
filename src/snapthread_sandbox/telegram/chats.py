"""Chats as a person sees them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Protocol

from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.wire import Json

DRAFT_S: Final = 30.0
ACTION_S: Final = 5.0
HEARS_S: Final = 60.0
GENERAL: Final = 1  # the topic of what is said outside of every other one


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


class Surroundings(Protocol):
    """The rest of Telegram, as a chat needs it."""

    bot: Json
    now: Callable[[], float]

    def note_change(self) -> None:
        """Tells everybody who waits that something has happened."""

    async def change(self) -> None:
        """Waits until then."""


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """One chat as the people in it see it."""

    json: Json
    world: Surroundings
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
        """Messages of the bot that it did not delete."""
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
        """The line under the bot's name now."""
        last = self.actions[-1] if self.actions else None
        said_since = last and any(m.date > last.at for m in self.from_bot)
        is_over = last is None or self.world.now() >= last.at + ACTION_S
        return None if last is None or is_over or said_since else last.action

    def find(self, message_id: int) -> Message | None:
        return next((m for m in self.messages if m.id == message_id and not m.is_deleted), None)

    def add(self, message: Message) -> Message:
        self.messages.append(message)
        self.world.note_change()
        return message

    async def hears(self, count: int = 1, *, timeout_s: float = HEARS_S) -> list[Message]:
        """The next messages of the bot that nobody has waited for yet."""
        wanted = self._heard + count
        await self.until(lambda: len(self._from_bot()) >= wanted, timeout_s=timeout_s)
        new = self._from_bot()[self._heard : wanted]
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

    def _from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.is_from_bot]
