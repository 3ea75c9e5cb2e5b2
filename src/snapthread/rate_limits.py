"""A service said how long to wait: no process calls it until then.

What each service asked for is kept in the store; every process hears of it within `NEWS_EVERY_S`,
or asks before its next call. The wrappers are the ports as the line sees them.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar

import structlog

from snapthread.clock import now_s
from snapthread.errors import (
    AssistantBusy,
    Busy,
    ChatBusy,
    FilesBusy,
    StoreBusy,
    StoreFull,
    TranscriberBusy,
)
from snapthread.limits import ASK_RETRY_WITHIN_S, DELETION_LEASE_S, SYNC_EVERY_S
from snapthread.model import Destination, OutboxMessage, OutgoingMessage, TelegramSound
from snapthread.ports import (
    AnswerEvent,
    Assistant,
    AssistantRequest,
    Changes,
    Chat,
    Clock,
    CooldownNotes,
    Files,
    RemoteFile,
    SpeechHints,
    SpokenText,
    Transcriber,
    Update,
)

# OpenAI limits its APIs apart, so that slow deletions hold up no answer.
ASSISTANT: Final = "openai"
FILES: Final = "openai files"
TRANSCRIPTIONS: Final = "openai transcriptions"
CHAT: Final = "telegram"

HEARD_MOST_S: Final = 60.0  # of a wait that another process was asked for, or an earlier one

T = TypeVar("T")
log = structlog.get_logger()


class CooldownStore(CooldownNotes, Changes, Protocol):
    """The store as cooldowns need it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Cooldowns:
    """Waits that services asked for, of this process or of another; counted by the loop's own
    clock, which nobody sets."""

    store: CooldownStore
    clock: Clock
    _until_s: dict[str, float] = field(default_factory=dict, init=False)
    _known: dict[str, datetime] = field(default_factory=dict, init=False)  # as the store has them
    _heard_s: float = field(default_factory=lambda: float("-inf"), init=False)

    def hear(self, cooldowns: Mapping[str, datetime]) -> None:
        """Take over the waits that the store holds; one of ours may be longer. Of how long they
        were asked for the store says nothing, and the clock may have been set back since: after a
        minute the service is asked, and says it again."""
        self._heard_s = now_s()
        for service, until in cooldowns.items():
            if until != self._known.get(service):
                self._known[service] = until
                left_s = (until - self.clock()).total_seconds()
                self._lasts(service, min(left_s, HEARD_MOST_S))

    async def left_s(self, service: str) -> float:
        """Seconds for which nobody may call the service; 0 where everybody may."""
        if now_s() - self._heard_s >= SYNC_EVERY_S:
            await self._ask_the_store()
        return self._left_s(service)

    def _left_s(self, service: str) -> float:
        return max(0.0, self._until_s.get(service, 0.0) - now_s())

    def _lasts(self, service: str, wait_s: float) -> None:
        self._until_s[service] = now_s() + max(wait_s, self._left_s(service))

    async def _ask_the_store(self) -> None:
        try:
            changes = await self.store.poll_changes((), self.clock())
        except (StoreBusy, StoreFull):
            return  # what we know ourselves still holds
        self.hear(changes.cooldowns)

    async def keep(self, service: str, busy: Busy) -> None:
        """Every process waits as long as the service asked for, if it asked."""
        if busy.retry_after_s is None:
            return
        if busy.retry_after_s <= self._left_s(service):
            return
        until = self.clock() + timedelta(seconds=busy.retry_after_s)
        self._known[service] = until
        self._lasts(service, busy.retry_after_s)
        log.info("service.paused", service=service, wait_s=round(busy.retry_after_s, 1))
        try:
            await self.store.start_cooldown(service, until)
        except (StoreBusy, StoreFull) as away:
            log.warning("trouble", kind="store", why=str(away))  # this process waits all the same

    async def wait(self, service: str, *, refusal: type[Busy], within_s: float) -> None:
        """Until everybody may call; raises `refusal` where that is too long to wait for, also
        because others ask for longer meanwhile."""
        until_s = now_s() + within_s
        while (left_s := await self.left_s(service)) > 0:
            if now_s() + left_s > until_s:
                raise refusal(f"{service} asked us to wait", retry_after_s=left_s)
            await asyncio.sleep(left_s)

    async def call(
        self,
        service: str,
        call: Callable[[], Awaitable[T]],
        *,
        busy: type[Busy],
        within_s: float,
    ) -> T:
        """Once everybody may; where the service asks to wait then, everybody does."""
        await self.wait(service, refusal=busy, within_s=within_s)
        try:
            return await call()
        except busy as asked:
            await self.keep(service, asked)
            raise


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedAssistant:
    """`ports.Assistant`; who is told to wait builds the request again after that, as files that
    it names may have left meanwhile."""

    assistant: Assistant
    cooldowns: Cooldowns

    async def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent, None]:
        if left_s := await self.cooldowns.left_s(ASSISTANT):
            raise AssistantBusy("openai asked us to wait", retry_after_s=left_s, is_pause=True)
        try:
            async with aclosing(self.assistant.ask(ask)) as events:
                async for event in events:
                    yield event
        except AssistantBusy as busy:
            await self.cooldowns.keep(ASSISTANT, busy)
            raise


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedFiles:
    """`ports.Files`; what must wait for long is refused, or done later."""

    files: Files
    cooldowns: Cooldowns

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        upload = partial(self.files.upload, filename, content, mime, life_s=life_s)
        return await self._limited(upload, within_s=ASK_RETRY_WITHIN_S)

    async def delete(self, openai_id: str) -> bool:
        # Within the time that the file was taken for.
        delete = partial(self.files.delete, openai_id)
        return await self._limited(delete, within_s=DELETION_LEASE_S / 2)

    async def exists(self, openai_id: str) -> bool:
        exists = partial(self.files.exists, openai_id)
        return await self._limited(exists, within_s=ASK_RETRY_WITHIN_S)

    async def list(self) -> AsyncGenerator[RemoteFile, None]:
        await self.cooldowns.wait(FILES, refusal=FilesBusy, within_s=ASK_RETRY_WITHIN_S)
        try:
            async with aclosing(self.files.list()) as files:
                async for file in files:
                    yield file
        except FilesBusy as busy:
            await self.cooldowns.keep(FILES, busy)
            raise

    async def _limited(self, call: Callable[[], Awaitable[T]], *, within_s: float) -> T:
        return await self.cooldowns.call(FILES, call, busy=FilesBusy, within_s=within_s)


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedTranscriber:
    """`ports.Transcriber`; waits as long as a question does."""

    transcriber: Transcriber
    cooldowns: Cooldowns

    async def transcribe(
        self, sound: TelegramSound, content: bytes, *, hints: SpeechHints
    ) -> SpokenText:
        send = partial(self.transcriber.transcribe, sound, content, hints=hints)
        return await self.cooldowns.call(
            TRANSCRIPTIONS, send, busy=TranscriberBusy, within_s=ASK_RETRY_WITHIN_S
        )


@dataclass(slots=True, kw_only=True, eq=False)
class PlaceCooldowns:
    """Chats and files of which Telegram said to wait: each waits for itself. Where two wait at the
    same time, it may be about the bot: then everybody waits as long as the shorter of them."""

    cooldowns: Cooldowns
    _until_s: dict[str, float] = field(default_factory=dict, init=False)

    async def check(self, place: str) -> None:
        """Raises ChatBusy where this place, or everybody, has to wait."""
        await self.cooldowns.wait(CHAT, refusal=ChatBusy, within_s=0)
        left_s = self._left_s(place)
        if left_s > 0:
            raise ChatBusy("telegram asked this chat to wait", retry_after_s=left_s)

    async def keep(self, place: str, busy: ChatBusy) -> None:
        if busy.retry_after_s is None:
            return
        self._forget_the_past()
        others = [self._left_s(other) for other in self._until_s if other != place]
        self._until_s[place] = now_s() + busy.retry_after_s
        log.info("chat.paused", wait_s=round(busy.retry_after_s, 1), others=len(others))
        if others:
            wait_s = min(busy.retry_after_s, max(others))
            await self.cooldowns.keep(CHAT, ChatBusy(str(busy), retry_after_s=wait_s))

    def _left_s(self, place: str) -> float:
        return max(0.0, self._until_s.get(place, 0.0) - now_s())

    def _forget_the_past(self) -> None:
        now = now_s()
        self._until_s = {
            place: until_s for place, until_s in self._until_s.items() if until_s > now
        }


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedChat:
    """`ports.Chat`; who is told to wait gives the conversation back and does something else.

    A draft or an edit waits with everything else, but asks nobody to wait: the answer itself is
    worth a try.
    """

    chat: Chat
    cooldowns: Cooldowns
    places: PlaceCooldowns

    async def start(self) -> str:
        return await self._of_the_bot(self.chat.start())

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        return await self._of_the_bot(self.chat.updates(offset, timeout_s=timeout_s))

    async def reconnect(self) -> None:
        await self.chat.reconnect()

    def read(self, body: bytes) -> Update:
        return self.chat.read(body)

    async def send(self, part: OutboxMessage) -> int:
        return await self._limited(_chat(part.to), partial(self.chat.send, part))

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        await self.places.check(_chat(to))
        await self.chat.edit(to, message_id, outgoing)

    async def delete(self, to: Destination, message_id: int) -> None:
        return await self._limited(_chat(to), partial(self.chat.delete, to, message_id))

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        download = partial(self.chat.download, telegram_id, max_bytes=max_bytes)
        return await self._limited(f"file {telegram_id}", download)

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None:
        await self.places.check(_chat(to))
        await self.chat.draft(to, draft_id, outgoing)

    async def typing(self, to: Destination) -> None:
        await self.chat.typing(to)

    async def has_topic(self, to: Destination) -> bool:
        return await self.chat.has_topic(to)

    async def name_topic(self, to: Destination, name: str) -> None:
        await self.chat.name_topic(to, name)

    async def answer_guest(self, query_id: str, text: str) -> str:
        return await self.chat.answer_guest(query_id, text)

    async def edit_guest(self, inline_id: str, outgoing: OutgoingMessage) -> None:
        edit = partial(self.chat.edit_guest, inline_id, outgoing)
        await self._limited(f"guest {inline_id}", edit)

    async def leave(self, chat_id: int) -> None:
        await self.chat.leave(chat_id)

    async def name(self) -> str:
        return await self.chat.name()

    async def is_member(self, chat: str, user_id: int) -> bool:
        ask = partial(self.chat.is_member, chat, user_id)
        return await self._limited(f"members of {chat}", ask)

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        await self.places.check(f"chat {chat_id}")
        return await self.chat.is_admin(chat_id, user_id)

    def remove_buttons(self, to: Destination, message_id: int) -> Coroutine[Any, Any, None]:
        return self.chat.remove_buttons(to, message_id)

    def answer_press(self, press_id: str, text: str = "") -> Coroutine[Any, Any, None]:
        return self.chat.answer_press(press_id, text)

    async def close(self) -> None:
        await self.chat.close()

    async def _limited(self, place: str, call: Callable[[], Awaitable[T]]) -> T:
        await self.places.check(place)
        try:
            return await call()
        except ChatBusy as busy:
            await self.places.keep(place, busy)
            raise

    async def _of_the_bot(self, call: Awaitable[T]) -> T:
        """No chat's, so it is said to all."""
        try:
            return await call
        except ChatBusy as busy:
            await self.cooldowns.keep(CHAT, busy)
            raise


def _chat(to: Destination) -> str:
    return f"chat {to.chat_id}"
