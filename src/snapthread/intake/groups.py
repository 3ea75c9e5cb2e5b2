"""The part of a group's talk that is taken: what was asked for, in the groups that are served. The
rest of what people say there is neither kept nor looked at."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal, Protocol

import structlog

from snapthread.characters import utf16_len
from snapthread.clock import now_s
from snapthread.errors import SnapthreadError
from snapthread.limits import ALBUM_GATHER_S, CUT_TEXT_GAP_S, CUT_TEXT_UNITS
from snapthread.model import (
    RESET_COMMANDS,
    Destination,
    Message,
    OutboxMessage,
    OutgoingMessage,
    group_conversation,
)
from snapthread.ports import Chat, Clock, GroupChange, Groups, KnownQuestions, Outbox, Update
from snapthread.turn.overheard import Overheard

log = structlog.get_logger()

GroupAnswers = Literal["mention", "always", "off"]
Sentence = Callable[[str, str | None], OutgoingMessage]

HELD_FOR_S: Final = 2 * ALBUM_GATHER_S  # its parts come within a second or two
HELD_MAX: Final = 1000  # messages in memory
LEFT_FOR_S: Final = 60.0  # what was on its way when the bot left, or comes twice


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicy:
    """The operator's choices."""

    answers: GroupAnswers = "mention"
    allowed: frozenset[int] | None = None  # None: any
    is_per_user: bool = False  # a conversation for each person
    hears_guests: bool = False  # mentions in chats that the bot is no member of

    def serves(self, chat_id: int) -> bool:
        is_allowed = self.allowed is None or chat_id in self.allowed
        return self.answers != "off" and is_allowed


class GroupStore(Groups, Outbox, KnownQuestions, Protocol):
    """The store as the intake of groups needs it."""


@dataclass(slots=True, kw_only=True, eq=False)
class GroupIntake:
    """One instance a process. In memory only: parts of an album whose mention is still to come."""

    store: GroupStore
    chat: Chat
    policy: GroupPolicy
    clock: Clock
    sentence: Sentence
    files_retired: Callable[[], None]
    overheard: Overheard
    # Each until a time of the loop's own clock, which nobody sets.
    _asked: dict[str, float] = field(default_factory=dict, init=False)  # albums, cut texts
    _held: dict[str, list[Message]] = field(default_factory=dict, init=False)
    _held_until: dict[str, float] = field(default_factory=dict, init=False)
    _left: dict[int, float] = field(default_factory=dict, init=False)
    _told: dict[tuple[int, int], tuple[bool, float]] = field(default_factory=dict, init=False)
    _leaving: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    async def questions_in(
        self, update: Update, before: Sequence[Message] = ()
    ) -> tuple[Message, ...]:
        """The messages that this update lets in; in private each one. `before`: what came with it
        and is not in the store yet."""
        message = update.message
        if message is None or self._note_told(message):
            return ()
        if message.is_guest or message.is_private:
            return (message,) if self.policy.hears_guests or not message.is_guest else ()
        self._forget_the_past()
        if not self.policy.serves(message.chat_id):
            if update.is_asked:
                self._leave(message.chat_id, message.language_code)
            return ()
        if message.kind == "edit":
            edit = self._with_conversation(message)
            is_known = any(map(edit.changes, before)) or await self.store.knows(edit)
            return (edit,) if is_known else ()
        let_in = self._let_in(message, update.is_asked)
        self._note(message, let_in)
        return tuple(map(self._with_conversation, let_in))

    def _note_told(self, message: Message) -> bool:
        """Note it; True where it was told before: as a mention where the bot is no member, and as a
        message of a chat where it is one."""
        if not self.policy.hears_guests or not message.message_id:
            return False
        self._forget_the_past()
        place = message.chat_id, message.message_id
        known = self._told.setdefault(place, (message.is_guest, now_s() + LEFT_FOR_S))
        return known[0] != message.is_guest

    async def follow(self, change: GroupChange) -> None:
        """The bot came, was sent away, or the group goes on under another id."""
        match change.kind:
            case "joined" if self.policy.serves(change.chat_id):
                await self._introduce(change)
            case "joined":
                self._left.pop(change.chat_id, None)
                self._leave(change.chat_id, change.language_code)
            case "left":
                self.overheard.forget(change.chat_id)
                files = await self.store.leave_group(change.chat_id, self.clock())
                log.info("group.left", chat=change.chat_id, files=files)
                self.files_retired()
            case "moved":
                old, new = change.chat_id, change.new_chat_id
                moved = await self.store.move_group(old, new)
                log.info("group.moved", chat=new, count=moved)

    # ------------------------------------------------------------ what is let in

    def _let_in(self, message: Message, is_asked: bool) -> list[Message]:
        if self.policy.answers == "always":
            is_asked = is_asked or message.kind == "question"
        key, until = _bundle(message), now_s() + HELD_FOR_S
        if is_asked or any(name in self._asked for name in _goes_on(message)):
            for name in _opens(message):
                self._asked[name] = until
            return [*self._held.get(key, ()), message]
        if message.album_id is not None and sum(map(len, self._held.values())) < HELD_MAX:
            self._held.setdefault(key, []).append(message)
            self._held_until[key] = until
        return []

    def _note(self, message: Message, let_in: list[Message]) -> None:
        """A message let in is asked with what was said before; the rest was said to others."""
        if not let_in:
            self.overheard.hear(message)
        self.overheard.ask(let_in)
        if message.kind == "command" and message.word in RESET_COMMANDS:
            self.overheard.forget(message.chat_id)

    def _with_conversation(self, message: Message) -> Message:
        if not self.policy.is_per_user or message.press_id is not None:  # a button knows its own
            return message
        key = group_conversation(message.chat_id, message.thread_id, message.user_id)
        return replace(message, conversation=key)

    def _forget_the_past(self) -> None:
        now = now_s()
        self._asked = {name: until for name, until in self._asked.items() if until > now}
        self._told = {place: told for place, told in self._told.items() if told[1] > now}
        self._left = {chat: until for chat, until in self._left.items() if until > now}
        self._held_until = {key: until for key, until in self._held_until.items() if until > now}
        self._held = {key: self._held[key] for key in self._held_until}

    # ------------------------------------------------------------ what is said

    async def _introduce(self, change: GroupChange) -> None:
        await self.store.enqueue(
            group_conversation(change.chat_id, None),
            Destination(chat_id=change.chat_id),
            self.sentence(
                "group_hello_hears" if self.overheard.most else "group_hello", change.language_code
            ),
            self.clock(),
            once=f"hello:{change.chat_id}",
        )

    def _leave(self, chat_id: int, language_code: str | None) -> None:
        """Say so once and go. Past the store: nothing of this group is kept. Nobody waits for it;
        where it fails, the next message that asks the bot brings it about again."""
        if chat_id in self._left:
            return
        self._left[chat_id] = now_s() + LEFT_FOR_S
        outgoing = self.sentence("group_not_served", language_code)
        part = OutboxMessage(id=0, to=Destination(chat_id=chat_id), outgoing=outgoing)
        task = asyncio.create_task(self._say_and_go(part))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _say_and_go(self, last_words: OutboxMessage) -> None:
        send = partial(self.chat.send, last_words)
        for act in (send, partial(self.chat.leave, last_words.to.chat_id)):
            try:
                await act()
            except SnapthreadError as error:
                log.warning("trouble", kind="group", why=str(error))


def _bundle(message: Message) -> str:
    return f"album {message.chat_id} {message.album_id}"


def _text(message: Message, sent_at: datetime) -> str:
    """The place of a cut text: whose, where, and in which second."""
    at = int(sent_at.timestamp())
    return f"text {message.chat_id} {message.thread_id} {message.user_id} {at}"


def _opens(message: Message) -> Iterator[str]:
    """Names of what may go on in messages that do not ask by themselves."""
    if message.album_id is not None:
        yield _bundle(message)
    elif utf16_len(message.text) > CUT_TEXT_UNITS:
        yield _text(message, message.sent_at)


def _goes_on(message: Message) -> Iterator[str]:
    if message.album_id is not None:
        yield _bundle(message)
    elif message.kind == "question" and not message.files and message.reply is None:
        for gap_s in range(CUT_TEXT_GAP_S + 1):
            yield _text(message, message.sent_at - timedelta(seconds=gap_s))
