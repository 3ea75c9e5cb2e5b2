"""Things that only real sockets show: our own transport against a server on this machine."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from snapthread.adapters.bot_api.chat import TelegramChat
from snapthread.errors import ChatBusy
from snapthread.model import Destination, Entity, OutboxMessage, OutgoingMessage
from tests.bot_api.wire import TOKEN

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
PART = OutboxMessage(
    id=1,
    to=Destination(chat_id=1001),
    outgoing=OutgoingMessage(
        text="Привет & <b>", entities=(Entity(type="bold", offset=0, length=6),)
    ),
)
FILE = {"file_id": "f", "file_unique_id": "u", "file_path": "photos/1.jpg"}


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Promises ten bytes and gives three."""
    response = web.StreamResponse(headers={"content-length": "10"})
    await response.prepare(request)
    await response.write(b"one")
    assert request.transport is not None
    request.transport.close()
    return response


async def not_found(request: web.Request) -> web.StreamResponse:
    return web.Response(status=404)


async def whole(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"onetwo")


class Telegram:
    """Answers getFile and sendMessage, and files as told."""

    def __init__(
        self, file: Answer = whole, *, padding: bytes = b"", moved_to: "Telegram | None" = None
    ) -> None:
        self._file = file
        self._padding = padding
        self._moved_to = moved_to
        self.sent: dict[str, Any] = {}

    async def __aenter__(self) -> TelegramChat:
        app = web.Application()
        app.router.add_post(f"/bot{TOKEN}/getFile", self._get_file)
        app.router.add_post(f"/bot{TOKEN}/sendMessage", self._send)
        app.router.add_get(f"/file/bot{TOKEN}/photos/1.jpg", self._file)
        self._server = TestServer(app)
        await self._server.start_server()
        self._chat = TelegramChat(TOKEN, commands={}, base_url=str(self._server.make_url("/")))
        return self._chat

    async def __aexit__(self, *exc: object) -> None:
        await self._chat.close()
        await self._server.close()

    def url(self, path: str) -> str:
        return str(self._server.make_url(path))

    async def _get_file(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": FILE})

    async def _send(self, request: web.Request) -> web.Response:
        if self._moved_to:
            raise web.HTTPTemporaryRedirect(self._moved_to.url(request.path))
        self.sent = await request.json()
        return web.Response(body=self._padding + b'{"ok": true, "result": {"message_id": 5}}')


async def download(telegram: Telegram) -> bytes:
    async with telegram as chat:
        return await chat.download("f", max_bytes=100)


def test_a_file_comes_over_a_socket() -> None:
    assert asyncio.run(download(Telegram())) == b"onetwo"


def test_a_body_shorter_than_promised_can_be_tried_again() -> None:
    with pytest.raises(ChatBusy):
        asyncio.run(download(Telegram(cut_off)))


def test_an_address_that_is_never_there_can_be_tried_again() -> None:
    with pytest.raises(ChatBusy, match="404"):
        asyncio.run(download(Telegram(not_found)))


def test_a_message_goes_over_a_socket() -> None:
    telegram = Telegram()

    async def send() -> int:
        async with telegram as chat:
            return await chat.send(PART)

    assert asyncio.run(send()) == 5
    assert telegram.sent["text"] == "Привет & <b>"
    assert telegram.sent["entities"] == [{"type": "bold", "offset": 0, "length": 6}]


def test_an_answer_without_an_end_was_read_until_the_memory_was_full() -> None:
    async def send() -> None:
        async with Telegram(padding=b" " * 17 * 1024 * 1024) as chat:
            await chat.send(PART)

    with pytest.raises(ChatBusy):
        asyncio.run(send())


def test_a_redirect_took_a_message_to_another_server() -> None:
    elsewhere = Telegram()

    async def send() -> None:
        async with elsewhere, Telegram(moved_to=elsewhere) as chat:
            await chat.send(PART)

    with pytest.raises(ChatBusy, match=r"307.*TELEGRAM_API_BASE_URL"):
        asyncio.run(send())
    assert not elsewhere.sent


def test_a_server_that_is_away_is_told_without_the_token(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    chat = TelegramChat(TOKEN, commands={}, base_url="http://127.0.0.1:9")

    async def send() -> None:
        try:
            await chat.send(PART)
        finally:
            await chat.close()

    with capture_logs() as logs, pytest.raises(ChatBusy) as caught:
        asyncio.run(send())
    assert str(caught.value) == "ClientConnectorError at http://127.0.0.1:9"
    assert TOKEN not in f"{caught.value!r} {logs} {caplog.text}"


def test_a_proxy_carries_everything() -> None:
    asked: list[str] = []

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.extend(line for line in head.splitlines() if line.startswith(("POST", "Proxy-A")))
        body = b'{"ok": true, "result": {"message_id": 5}}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    async def send() -> int:
        async with await asyncio.start_server(carry, "127.0.0.1", 0) as server:
            host, port = server.sockets[0].getsockname()
            proxy = f"http://user:pw@{host}:{port}"
            chat = TelegramChat(TOKEN, commands={}, base_url="http://telegram.test", proxy=proxy)
            try:
                return await chat.send(PART)
            finally:
                await chat.close()

    assert asyncio.run(send()) == 5
    assert sorted(asked) == [
        f"POST http://telegram.test/bot{TOKEN}/sendMessage HTTP/1.1",
        "Proxy-Authorization: Basic dXNlcjpwdw==",
    ]
