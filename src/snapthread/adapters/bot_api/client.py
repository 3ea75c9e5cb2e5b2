"""The Bot API's methods that we use: one call each, logged, failing only in our words."""

import json
import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import structlog

from snapthread.adapters.bot_api.decode import Unreadable, read
from snapthread.adapters.bot_api.failures import (
    Meaning,
    failure_of_answer,
    failure_of_transport,
    unreadable_answer,
    wrong_token,
)
from snapthread.adapters.bot_api.transport import Attachment, Response, Transport
from snapthread.adapters.bot_api.types import BotCommand, ChatMember, File, User, WebhookInfo
from snapthread.errors import SnapthreadError
from snapthread.limits import CHAT_ACTION_S, DOWNLOAD_S

T = TypeVar("T")
Params = Mapping[str, object]  # None: not sent
log = structlog.get_logger()

TELEGRAM: Final = "https://api.telegram.org"
TOKEN: Final = re.compile(r"\d+:\S+")
CALL_S: Final = 30  # Telegram answers within seconds; a send that times out may come twice
POLL_EXTRA_S: Final = 10  # a long poll ends by itself first
ASKED_FOR: Final = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "stopped_message_generation",
)  # the updates that mean something
GUESTS: Final = "guest_message"  # beside them, where the bot answers as a guest


class BotClient:
    """One bot at one server. What Telegram took is done, whether or not we can read its answer."""

    def __init__(
        self,
        token: str,
        base_url: str | None,
        transport: Transport,
        asked_for: Sequence[str] = ASKED_FOR,
    ) -> None:
        if not TOKEN.fullmatch(token):
            raise wrong_token("its shape")
        self._token = token
        self._base_url = (base_url or TELEGRAM).rstrip("/")
        self._transport = transport
        self._asked_for = list(asked_for)
        parts = urlsplit(self._base_url)
        self.address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    # ------------------------------------------------------------ the bot itself

    async def get_me(self) -> User:
        return self._read(User, await self.call("getMe"))

    async def get_webhook_info(self) -> WebhookInfo:
        told = await self.call("getWebhookInfo")
        return self._read(WebhookInfo, told if isinstance(told, dict) else {"url": ""})

    async def set_webhook(self, url: str, secret: str) -> None:
        params = {"url": url, "secret_token": secret, "allowed_updates": self._asked_for}
        await self.call("setWebhook", params)

    async def delete_webhook(self) -> None:
        await self.call("deleteWebhook", {"drop_pending_updates": False})

    async def get_my_commands(self, language: str | None) -> tuple[BotCommand, ...]:
        found = await self.call("getMyCommands", {"language_code": language})
        commands = found if isinstance(found, list) else []
        return tuple(self._read(BotCommand, command) for command in commands)

    async def set_my_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        wanted = [{"command": name, "description": what} for name, what in commands]
        await self.call("setMyCommands", {"commands": wanted, "language_code": language})

    # ------------------------------------------------------------ updates and files

    async def get_updates(self, offset: int | None, timeout_s: int, limit: int) -> list[Any]:
        """As they came: one that cannot be read must not hold up the others."""
        params = {
            "offset": offset,
            "timeout": timeout_s,
            "limit": limit,
            "allowed_updates": self._asked_for,
        }
        batch = await self.call("getUpdates", params, timeout_s=timeout_s + POLL_EXTRA_S)
        if batch is not None and not isinstance(batch, list):
            raise unreadable_answer("getUpdates", self.address)
        return batch or []

    async def get_file(self, file_id: str) -> File:
        return self._read(File, await self.call("getFile", {"file_id": file_id}))

    def content(self, file_path: str) -> AsyncGenerator[bytes, None]:
        """The file in chunks, with the transport's own failures.

        A local Bot API server names a file by its absolute path.
        """
        path = quote(file_path.lstrip("/"))
        url = f"{self._base_url}/file/bot{self._token}/{path}"
        return self._transport.content(url, timeout_s=DOWNLOAD_S)

    # ------------------------------------------------------------ what is said

    async def send_message(self, message: Params) -> int:
        return _id_of(await self.call("sendMessage", message))

    async def send_document(self, message: Params, file_name: str, content: bytes) -> int:
        attachment = Attachment("document", file_name, content)
        return _id_of(await self.call("sendDocument", message, attachment=attachment))

    async def edit_message_text(self, message: Params) -> None:
        await self.call("editMessageText", message)

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        await self.call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})

    async def edit_message_reply_markup(self, chat_id: int, message_id: int) -> None:
        """Without a keyboard there is none any more."""
        message = {"chat_id": chat_id, "message_id": message_id}
        await self.call("editMessageReplyMarkup", message)

    async def send_message_draft(self, draft: Params) -> None:
        await self.call("sendMessageDraft", draft)

    async def send_chat_action(self, action: Params) -> None:
        await self.call("sendChatAction", action, timeout_s=CHAT_ACTION_S)

    async def answer_callback_query(self, query_id: str, text: str = "") -> None:
        params = {"callback_query_id": query_id, "text": text or None}
        await self.call("answerCallbackQuery", params)

    async def answer_guest_query(self, query_id: str, text: str) -> str:
        """The id by which the answer is edited from then on."""
        content = {"message_text": text}
        result = {"type": "article", "id": "1", "title": text, "input_message_content": content}
        params = {"guest_query_id": query_id, "result": result}
        sent = await self.call("answerGuestQuery", params, timeout_s=CHAT_ACTION_S)
        inline_id = sent.get("inline_message_id") if isinstance(sent, dict) else None
        if not isinstance(inline_id, str):
            raise unreadable_answer("answerGuestQuery", self.address)
        return inline_id

    async def edit_forum_topic(self, chat_id: int, thread_id: int, name: str) -> None:
        params = {"chat_id": chat_id, "message_thread_id": thread_id, "name": name}
        await self.call("editForumTopic", params)

    async def leave_chat(self, chat_id: int) -> None:
        await self.call("leaveChat", {"chat_id": chat_id})

    async def get_chat_member(self, chat_id: int | str, user_id: int) -> ChatMember:
        params = {"chat_id": chat_id, "user_id": user_id}
        told = await self.call("getChatMember", params, timeout_s=CHAT_ACTION_S)
        return self._read(ChatMember, told)

    # ------------------------------------------------------------ any method

    async def call(
        self,
        method: str,
        params: Params | None = None,
        *,
        timeout_s: float = CALL_S,
        attachment: Attachment | None = None,
    ) -> Any:
        """The result, as JSON has it. Whatever is raised below is the outside's failure; only a
        cancellation goes through."""
        start = time.monotonic()
        sent = {name: value for name, value in (params or {}).items() if value is not None}
        url = f"{self._base_url}/bot{self._token}/{method}"
        try:
            answer = await self._transport.post(
                url, sent, timeout_s=timeout_s, attachment=attachment
            )
        except Exception as error:  # noqa: BLE001
            meaning = Meaning(type(error).__name__, failure_of_transport(error, self.address))
        else:
            result, found = self._result(method, answer)
            if found is None:
                _log(method, "ok", start)
                return result
            meaning = found
        _log(method, meaning.code, start)
        raise meaning.failure

    def _result(self, method: str, answer: Response) -> tuple[Any, Meaning | None]:
        told = _json_of(answer.body)
        if told is not None and told.get("ok") is True:
            return told.get("result"), None
        return None, failure_of_answer(method, answer.status, told, self._token, self.address)

    def _read(self, cls: type[T], raw: object) -> T:
        try:
            return read(cls, raw, [])
        except Unreadable as unreadable:
            failure: SnapthreadError = unreadable_answer(str(unreadable), self.address)
        raise failure

    async def close(self) -> None:
        await self._transport.close()


def _json_of(body: bytes) -> dict[str, Any] | None:
    """None for what is not in the form of Telegram's answers."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and isinstance(told.get("ok"), bool) else None


def _id_of(sent: object) -> int:
    message_id = sent.get("message_id") if isinstance(sent, dict) else None
    return message_id if isinstance(message_id, int) else 0


def _log(method: str, code: str, start: float) -> None:
    ms = round((time.monotonic() - start) * 1000)
    log.debug("telegram.request", method=method, code=code, ms=ms)
