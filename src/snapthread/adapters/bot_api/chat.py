"""Telegram, as the line needs it. Implements `ports.Chat` over our client of the Bot API."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import structlog

from snapthread.adapters.bot_api.client import ASKED_FOR, GUESTS, BotClient
from snapthread.adapters.bot_api.download import download
from snapthread.adapters.bot_api.incoming import update_of
from snapthread.adapters.bot_api.outgoing import (
    Params,
    document_params,
    draft_params,
    edit_params,
    inline_edit_params,
    message_params,
    typing_params,
)
from snapthread.adapters.bot_api.transport import HttpTransport, Transport
from snapthread.errors import ChatBusy, ChatDenied, ChatRefused, SnapthreadError
from snapthread.limits import UPDATES_AT_ONCE
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from snapthread.ports import Update

CommandMenu = Sequence[tuple[str, str]]

log = structlog.get_logger()
NOT_MODIFIED: Final = "message is not modified"
NOT_FOUND: Final = "message to delete not found"
EMPTY: Final = "empty"
MEMBERS: Final = frozenset({"creator", "administrator", "member", "restricted"})
NEVER_THERE: Final = ("user not found", "participant_id_invalid", "member not found")
TOAST_CHARS: Final = 200
ADMINS: Final = frozenset({"creator", "administrator"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The webhook's address, and the secret that proves Telegram."""

    url: str
    secret: str


class TelegramChat:
    """The Bot API, at Telegram or at `base_url`. `commands`: language, or "" → (name, what).
    Without a `hook` it is polled. `transport`: by default HTTP, through `proxy` where there is
    one. `is_guest`: it hears of mentions where it is no member."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str | None = None,
        commands: Mapping[str, CommandMenu],
        hook: Hook | None = None,
        proxy: str | None = None,
        is_guest: bool = False,
        transport: Transport | None = None,
    ) -> None:
        is_plain = (base_url or "").startswith("http:")
        ways = [transport or HttpTransport(proxy, is_plain=is_plain) for _ in range(2)]
        asked_for = (*ASKED_FOR, GUESTS) if is_guest else ASKED_FOR
        self._client = BotClient(token, base_url, ways[0], asked_for)
        # On a connection of its own, which can be left for a new one.
        self._poller = BotClient(token, base_url, ways[1], asked_for)
        self._commands = commands
        self._hook = hook
        self._username = ""

    async def start(self) -> str:
        me = await self._client.get_me()
        self._username = me.username or ""
        if self._hook is None:
            await self._take_webhook_away()
        else:
            await self._set_webhook(self._hook)
        await self._publish_commands()
        return self._username

    async def _set_webhook(self, hook: Hook) -> None:
        """Each replica says the same; what waits is kept."""
        try:
            await self._client.set_webhook(hook.url, hook.secret)
        except ChatRefused as refused:
            why = f"Telegram does not take TELEGRAM_WEBHOOK_URL: {refused}"
            raise ChatDenied(why) from refused
        log.info("webhook.set", host=urlsplit(hook.url).hostname)

    async def _take_webhook_away(self) -> None:
        """A server that tells of none has none; one that is there all the same, each poll tells."""
        try:
            hook = await self._client.get_webhook_info()
            if hook.url:
                await self._client.delete_webhook()
                log.warning("webhook.removed", host=urlsplit(hook.url).hostname)
        except ChatRefused as refused:
            log.warning("webhook.unknown", why=str(refused))

    async def _publish_commands(self) -> None:
        """The menu is a convenience: the bot starts without it."""
        for language, commands in self._commands.items():
            try:
                await self._publish(language or None, commands)
            except (ChatBusy, ChatRefused) as failure:
                log.warning("commands.not_published", language=language, why=str(failure))

    async def _publish(self, language: str | None, commands: CommandMenu) -> None:
        published = await self._client.get_my_commands(language)
        if [(known.command, known.description) for known in published] != list(commands):
            await self._client.set_my_commands(commands, language)

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        batch = await self._poller.get_updates(offset, timeout_s, UPDATES_AT_ONCE)
        updates = (update_of(raw, self._username) for raw in batch)
        return tuple(update for update in updates if update is not None)

    async def reconnect(self) -> None:
        await self._poller.close()  # the next poll opens a session

    def read(self, body: bytes) -> Update:
        try:
            update = update_of(json.loads(body), self._username)
        except RecursionError:
            raise ValueError("an update nested too deep") from None
        if update is None:
            raise ValueError("an update without an id")
        return update

    async def send(self, part: OutboxMessage) -> int:
        """Also where the group has moved, and the update that tells it is still to come."""
        try:
            return await self._send(part)
        except ChatRefused as refused:
            if refused.moved_to is None:
                raise
            there = Destination(chat_id=refused.moved_to)  # where messages have other numbers
        return await self._send(replace(part, to=there))

    async def _send(self, part: OutboxMessage) -> int:
        document = part.outgoing.document
        if document is None:
            return await self._client.send_message(message_params(part))
        content = document.content.encode()
        return await self._client.send_document(document_params(part), document.name, content)

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None:
        """Before Bot API 10.0 a draft had to have some text: then none is shown until then."""
        try:
            await self._client.send_message_draft(draft_params(to, draft_id, outgoing))
        except ChatRefused as refused:
            if outgoing.text or EMPTY not in str(refused):
                raise

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        await self._edit(edit_params(to, message_id, outgoing))

    async def edit_guest(self, inline_id: str, outgoing: OutgoingMessage) -> None:
        await self._edit(inline_edit_params(inline_id, outgoing))

    async def _edit(self, params: Params) -> None:
        try:
            await self._client.edit_message_text(params)
        except ChatRefused as refused:
            if NOT_MODIFIED not in str(refused):
                raise

    async def delete(self, to: Destination, message_id: int) -> None:
        try:
            await self._client.delete_message(to.chat_id, message_id)
        except ChatRefused as refused:
            if NOT_FOUND not in str(refused):
                raise

    async def remove_buttons(self, to: Destination, message_id: int) -> None:
        try:
            await self._client.edit_message_reply_markup(to.chat_id, message_id)
        except SnapthreadError:
            return  # already in the log; they do nothing any more

    async def answer_press(self, press_id: str, text: str = "") -> None:
        try:
            await self._client.answer_callback_query(press_id, text[:TOAST_CHARS])
        except SnapthreadError:
            return  # already in the log; the button stops waiting by itself

    async def typing(self, to: Destination) -> None:
        with suppress(SnapthreadError):  # already in the log; nobody misses it
            await self._client.send_chat_action(typing_params(to))

    async def has_topic(self, to: Destination) -> bool:
        try:
            await self._client.send_chat_action(typing_params(to))
        except ChatRefused as refused:
            return refused.part != "topic"
        except SnapthreadError:
            return True
        return True

    async def name_topic(self, to: Destination, name: str) -> None:
        if to.thread_id is None:
            return
        with suppress(SnapthreadError):  # already in the log; it keeps the name that it has
            await self._client.edit_forum_topic(to.chat_id, to.thread_id, name)

    async def answer_guest(self, query_id: str, text: str) -> str:
        return await self._client.answer_guest_query(query_id, text)

    async def leave(self, chat_id: int) -> None:
        with suppress(ChatRefused):
            await self._client.leave_chat(chat_id)

    async def name(self) -> str:
        if not self._username:
            self._username = (await self._client.get_me()).username or ""
        return self._username

    async def is_member(self, chat: str, user_id: int) -> bool:
        try:
            member = await self._client.get_chat_member(chat, user_id)
        except ChatRefused as refused:
            if any(words in str(refused).lower() for words in NEVER_THERE):
                return False
            raise
        return member.status in MEMBERS

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        member = await self._client.get_chat_member(chat_id, user_id)
        return member.status in ADMINS

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        return await download(self._client, telegram_id, max_bytes)

    async def close(self) -> None:
        await self._poller.close()
        await self._client.close()
