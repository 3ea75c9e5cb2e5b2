"""The port to Telegram, which waits where Telegram asked any process of ours to wait."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog

from snapthread.clock import now_s
from snapthread.errors import ChatBusy
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from snapthread.ports import Chat, Update
from snapthread.rate_limits.cooldowns import CHAT, Cooldowns

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class KeyedCooldowns:
    """Chats and files of which Telegram said to wait: each waits for itself. Where two wait at the
    same time, it may be about the bot: then everybody waits as long as the shorter of them."""

    cooldowns: Cooldowns
    _until_s: dict[str, float] = field(default_factory=dict, init=False)

    async def check(self, key: str) -> None:
        """Raises ChatBusy where this chat, or everybody, has to wait."""
        await self.cooldowns.wait(CHAT, refusal=ChatBusy, within_s=0)
        left_s = self._left_s(key)
        if left_s > 0:
            raise ChatBusy("telegram asked this chat to wait", retry_after_s=left_s)

    async def keep(self, key: str, busy: ChatBusy) -> None:
        if busy.retry_after_s is None:
            return
        self._forget_the_past()
        others = [self._left_s(other) for other in self._until_s if other != key]
        self._until_s[key] = now_s() + busy.retry_after_s
        log.info("chat.paused", wait_s=round(busy.retry_after_s, 1), others=len(others))
        if others:
            wait_s = min(busy.retry_after_s, max(others))
            await self.cooldowns.keep(CHAT, ChatBusy(str(busy), retry_after_s=wait_s))

    def _left_s(self, key: str) -> float:
        return max(0.0, self._until_s.get(key, 0.0) - now_s())

    def _forget_the_past(self) -> None:
        now = now_s()
        self._until_s = {key: until_s for key, until_s in self._until_s.items() if until_s > now}


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedChat:
    """`ports.Chat`; who is told to wait gives the conversation back and does something else.

    A draft or an edit waits with everything else, but asks nobody to wait: the answer itself is
    worth a try.
    """

    chat: Chat
    cooldowns: Cooldowns
    keyed: KeyedCooldowns

    async def start(self) -> str:
        return await self._of_the_bot(self.chat.start())

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        return await self._of_the_bot(self.chat.updates(offset, timeout_s=timeout_s))

    async def reconnect(self) -> None:
        await self.chat.reconnect()

    def read(self, body: bytes) -> Update:
        return self.chat.read(body)

    async def send(self, part: OutboxMessage) -> int:
        return await self._call_in_chat(_chat(part.to), partial(self.chat.send, part))

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        await self.keyed.check(_chat(to))
        await self.chat.edit(to, message_id, outgoing)

    async def delete(self, to: Destination, message_id: int) -> None:
        return await self._call_in_chat(_chat(to), partial(self.chat.delete, to, message_id))

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        download = partial(self.chat.download, telegram_id, max_bytes=max_bytes)
        return await self._call_in_chat(f"file {telegram_id}", download)

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None:
        await self.keyed.check(_chat(to))
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
        await self._call_in_chat(f"guest {inline_id}", edit)

    async def leave(self, chat_id: int) -> None:
        await self.chat.leave(chat_id)

    async def name(self) -> str:
        return await self.chat.name()

    async def is_member(self, chat: str, user_id: int) -> bool:
        ask = partial(self.chat.is_member, chat, user_id)
        return await self._call_in_chat(f"members of {chat}", ask)

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        await self.keyed.check(f"chat {chat_id}")
        return await self.chat.is_admin(chat_id, user_id)

    def remove_buttons(self, to: Destination, message_id: int) -> Coroutine[Any, Any, None]:
        return self.chat.remove_buttons(to, message_id)

    def answer_press(self, press_id: str, text: str = "") -> Coroutine[Any, Any, None]:
        return self.chat.answer_press(press_id, text)

    async def close(self) -> None:
        await self.chat.close()

    async def _call_in_chat(self, key: str, call: Callable[[], Awaitable[T]]) -> T:
        await self.keyed.check(key)
        try:
            return await call()
        except ChatBusy as busy:
            await self.keyed.keep(key, busy)
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
