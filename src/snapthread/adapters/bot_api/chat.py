"""Telegram, as the line needs it. Implements `ports.Chat` over aiogram."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiogram.client.session.base import BaseSession
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteWebhook,
    GetMe,
    GetMyCommands,
    GetWebhookInfo,
    SendChatAction,
    SendMessageDraft,
    SetMyCommands,
    SetWebhook,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from snapthread.adapters.bot_api.api import ASKED_FOR, Api, RawEdit, RawSend, RawSendDocument
from snapthread.adapters.bot_api.download import download
from snapthread.adapters.bot_api.incoming import update_of
from snapthread.errors import ChatBusy, ChatDenied, ChatRefused, DraftsUnknown, SnapthreadError
from snapthread.limits import CHAT_ACTION_S, UPDATES_AT_ONCE
from snapthread.model import Button, Destination, Document, Entity, OutboxMessage, OutgoingMessage
from snapthread.ports import Update

Commands = Sequence[tuple[str, str]]

log = structlog.get_logger()
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
NOT_MODIFIED: Final = "message is not modified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where Telegram brings updates, and what it proves itself with."""

    url: str
    secret: str


class TelegramChat:
    """The Bot API, at Telegram or at `base_url`. `commands`: language, or "" → (name, what).
    Without a `hook` it is polled."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str | None = None,
        commands: Mapping[str, Commands],
        hook: Hook | None = None,
        session: BaseSession | None = None,
    ) -> None:
        self._api = Api(token, base_url, session)
        self._commands = commands
        self._hook = hook
        self._username = ""

    async def start(self) -> str:
        me = await self._api.call(GetMe())
        self._username = me.username or ""
        if self._hook is None:
            await self._take_webhook_away()
        else:
            await self._set_webhook(self._hook)
        await self._publish_commands()
        return self._username

    async def _set_webhook(self, hook: Hook) -> None:
        """Each replica says the same; what waits is kept."""
        wanted = SetWebhook(url=hook.url, secret_token=hook.secret, allowed_updates=list(ASKED_FOR))
        try:
            await self._api.call(wanted)
        except ChatRefused as refused:
            why = f"Telegram does not take TELEGRAM_WEBHOOK_URL: {refused}"
            raise ChatDenied(why) from refused
        log.info("webhook.set", host=urlsplit(hook.url).hostname)

    async def _take_webhook_away(self) -> None:
        hook = await self._api.call(GetWebhookInfo())
        if hook.url:
            await self._api.call(DeleteWebhook(drop_pending_updates=False))
            log.warning("webhook.removed", host=urlsplit(hook.url).hostname)

    async def _publish_commands(self) -> None:
        """The menu is a convenience: the bot starts without it."""
        for language, commands in self._commands.items():
            try:
                await self._publish(language or None, commands)
            except (ChatBusy, ChatRefused) as failure:
                log.warning("commands.not_published", language=language, why=str(failure))

    async def _publish(self, language: str | None, commands: Commands) -> None:
        published = await self._api.call(GetMyCommands(language_code=language))
        if [(known.command, known.description) for known in published] != list(commands):
            wanted = [BotCommand(command=name, description=what) for name, what in commands]
            await self._api.call(SetMyCommands(commands=wanted, language_code=language))

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        batch = await self._api.updates(offset, timeout_s, UPDATES_AT_ONCE)
        updates = (update_of(raw, self._username) for raw in batch)
        return tuple(update for update in updates if update is not None)

    def read(self, body: bytes) -> Update:
        update = update_of(json.loads(body), self._username)
        if update is None:
            raise ValueError("an update without an id")
        return update

    async def send(self, part: OutboxMessage) -> int:
        if part.outgoing.document is not None:
            return await self._api.send(_document(part, part.outgoing.document))
        message = RawSend(
            chat_id=part.to.chat_id,
            message_thread_id=part.to.thread_id,
            text=part.outgoing.text,
            entities=[_entity(entity) for entity in part.outgoing.entities] or None,
            link_preview_options=NO_PREVIEW,
            reply_parameters=_reply(part.to),
            reply_markup=_keyboard(part.outgoing.buttons),
        )
        return await self._api.send(message)

    async def draft(self, to: Destination, draft_id: int, outgoing: OutgoingMessage) -> None:
        message = SendMessageDraft(
            chat_id=to.chat_id,
            message_thread_id=to.thread_id,
            draft_id=draft_id,
            text=outgoing.text,
            entities=[_entity(entity) for entity in outgoing.entities] or None,
            can_stop=True,
        )
        try:
            await self._api.call(message)
        except ChatRefused as refused:
            meaning = _refused_draft(outgoing, refused)
        else:
            return
        if meaning is not None:
            raise meaning

    async def edit(self, to: Destination, message_id: int, outgoing: OutgoingMessage) -> None:
        message = RawEdit(
            chat_id=to.chat_id,
            message_id=message_id,
            text=outgoing.text,
            entities=[_entity(entity) for entity in outgoing.entities] or None,
            link_preview_options=NO_PREVIEW,
        )
        try:
            await self._api.call(message)
        except ChatRefused as refused:
            if NOT_MODIFIED not in str(refused):
                raise

    async def answer_press(self, press_id: str) -> None:
        try:
            await self._api.call(AnswerCallbackQuery(callback_query_id=press_id))
        except SnapthreadError:
            return  # already in the log; the button stops waiting by itself

    async def typing(self, to: Destination) -> None:
        action = SendChatAction(chat_id=to.chat_id, message_thread_id=to.thread_id, action="typing")
        try:
            await self._api.call(action, int(CHAT_ACTION_S))
        except SnapthreadError:
            return  # already in the log; nobody misses it

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        return await download(self._api, telegram_id, max_bytes)

    async def close(self) -> None:
        await self._api.close()


def _refused_draft(outgoing: OutgoingMessage, refused: ChatRefused) -> SnapthreadError | None:
    """The first draft has no text, so it is refused for the chat or for want of drafts; before
    Bot API 10.0 a draft had to have some."""
    told = str(refused)
    if outgoing.text or "BadRequest" not in told or "not found" in told:
        return refused
    return None if "empty" in told else DraftsUnknown(told)


def _entity(entity: Entity) -> MessageEntity:
    return MessageEntity(
        type=entity.type,
        offset=entity.offset,
        length=entity.length,
        url=entity.url,
        language=entity.language,
    )


def _document(part: OutboxMessage, document: Document) -> RawSendDocument:
    return RawSendDocument(
        chat_id=part.to.chat_id,
        message_thread_id=part.to.thread_id,
        document=BufferedInputFile(document.content.encode(), document.name),
        caption=part.outgoing.text or None,
        reply_parameters=_reply(part.to),
    )


def _keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    row = [InlineKeyboardButton(text=button.text, callback_data=button.press) for button in buttons]
    return InlineKeyboardMarkup(inline_keyboard=[row])


def _reply(to: Destination) -> ReplyParameters | None:
    if to.reply_to is None:
        return None
    return ReplyParameters(message_id=to.reply_to, allow_sending_without_reply=True)
