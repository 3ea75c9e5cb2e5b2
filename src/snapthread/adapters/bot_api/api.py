"""Calls to the Bot API: one at a time, told to the log, failing only in our words."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.methods import EditMessageText, GetUpdates, SendDocument, SendMessage, TelegramMethod
from aiogram.utils.token import TokenValidationError

from snapthread.adapters.bot_api.failures import failure_of
from snapthread.limits import DOWNLOAD_S

T = TypeVar("T")
log = structlog.get_logger()

CALL_S: Final = 30  # Telegram answers within seconds; a send that times out may come twice
POLL_EXTRA_S: Final = 10  # a long poll ends by itself first
CONNECTIONS: Final = 400  # a turn types or sends, one at a time; downloads and the poll on top
ASKED_FOR: Final = (
    "message",
    "callback_query",
    "my_chat_member",
    "stopped_message_generation",
)  # the updates that mean something
CHUNK_BYTES: Final = 64 * 1024


class RawUpdates(GetUpdates):
    """Updates as they came: one that cannot be read must not hold up the others."""

    __returning__ = list[Any]


class RawSend(SendMessage):
    """A message that Telegram took is sent, whether or not we can read what it answers."""

    __returning__ = Any  # type: ignore[assignment]  # as the docstring says


class RawSendDocument(SendDocument):
    """The same, of a document."""

    __returning__ = Any  # type: ignore[assignment]  # as above


class RawEdit(EditMessageText):
    """As above, of a message that was changed."""

    __returning__ = Any  # type: ignore[assignment]  # as above


class Api:
    """aiogram's client, with our failures."""

    def __init__(self, token: str, base_url: str | None, session: BaseSession | None) -> None:
        server = TelegramAPIServer.from_base(base_url) if base_url else PRODUCTION
        self._session = session or AiohttpSession(api=server, timeout=CALL_S, limit=CONNECTIONS)
        if base_url:
            self._session.api = server
        self._token = token
        self._bot = self._make_bot()

    def _make_bot(self) -> Bot:
        try:
            return Bot(self._token, session=self._session)
        except TokenValidationError as error:
            failure = failure_of(error, self._token)
        raise failure

    async def call(self, method: TelegramMethod[T], timeout_s: int = CALL_S) -> T:
        name = method.__api_method__
        return await self._told(name, lambda: self._bot(method, request_timeout=timeout_s))

    async def updates(self, offset: int | None, timeout_s: int, limit: int) -> list[Any]:
        method = RawUpdates(
            offset=offset, timeout=timeout_s, limit=limit, allowed_updates=list(ASKED_FOR)
        )
        # What `RawUpdates` returns, aiogram's types cannot tell.
        batch: Any = await self.call(method, timeout_s + POLL_EXTRA_S)
        return batch if isinstance(batch, list) else []

    async def send(self, method: RawSend | RawSendDocument) -> int:
        sent: Any = await self.call(method)  # as above
        message_id = sent.get("message_id") if isinstance(sent, dict) else None
        return message_id if isinstance(message_id, int) else 0

    def content(self, file_path: str) -> AsyncGenerator[bytes, None]:
        """The file in chunks, with the transport's own failures.

        A local Bot API server names a file by its absolute path.
        """
        url = self._session.api.file_url(self._token, quote(file_path.lstrip("/")))
        return self._session.stream_content(
            url, timeout=int(DOWNLOAD_S), chunk_size=CHUNK_BYTES, raise_for_status=True
        )

    async def close(self) -> None:
        await self._session.close()

    async def _told(self, name: str, request: Callable[[], Awaitable[T]]) -> T:
        """Whatever is raised below is the outside's failure; only a cancellation goes through."""
        start = time.monotonic()
        try:
            result = await request()
        except Exception as error:  # noqa: BLE001
            failure, code = failure_of(error, self._token, name), type(error).__name__
        else:
            _log(name, "ok", start)
            return result
        _log(name, code, start)
        raise failure


def _log(method: str, code: str, start: float) -> None:
    ms = round((time.monotonic() - start) * 1000)
    log.debug("telegram.request", method=method, code=code, ms=ms)
