"""Both doubles over HTTP on the loopback, for tests with real processes.

Paths: /bot<token>/<method>, /file/bot<token>/<path>, /v1/…, and the control API at /sandbox/….
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Final
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web

from snapthread_sandbox.clock import Clock
from snapthread_sandbox.control import Control
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.wire import (
    ConnectionLost,
    Json,
    Loss,
    Request,
    Response,
    json_response,
    parse_form,
)

BODY_MAX_BYTES: Final = 600 * 1024 * 1024
WEBHOOK_S: Final = 60.0
CLOSING_S: Final = 0.2
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s


@asynccontextmanager
async def serve(
    bot_api: BotApi,
    openai: OpenAI,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
) -> AsyncIterator[str]:
    """Serves both doubles; gives the URL. Port 0: any free one."""
    runner = web.AppRunner(
        application(bot_api, openai, clock=clock),
        handler_cancellation=True,
        shutdown_timeout=CLOSING_S,
        access_log=None,
    )
    await runner.setup()
    webhook = asyncio.create_task(_deliver(bot_api))
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        webhook.cancel()
        with suppress(asyncio.CancelledError):
            await webhook
        await runner.cleanup()


def application(bot_api: BotApi, openai: OpenAI, *, clock: Clock | None = None) -> web.Application:
    """The routes, for a server that adds its own."""
    control = Control(bot_api, openai, clock)

    async def call(request: web.Request) -> web.StreamResponse:
        try:
            params = await _params(request)
        except ValueError:
            return await _send(request, _not_understood())
        token, method = request.match_info["token"], request.match_info["method"]
        return await _carry(request, bot_api.respond(token, method, params))

    async def download(request: web.Request) -> web.StreamResponse:
        token, path = request.match_info["token"], request.match_info["path"]
        return await _carry(request, bot_api.download(token, path))

    async def ask(request: web.Request) -> web.StreamResponse:
        return await _carry(request, openai.handle(await _request(request)))

    async def steer(request: web.Request) -> web.StreamResponse:
        return await _carry(request, control.handle(await _request(request)))

    app = web.Application(client_max_size=BODY_MAX_BYTES)
    app.router.add_route("*", "/bot{token:[^/]+}/{method:[^/]+}", call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", download)
    app.router.add_route("*", "/v1/{path:.*}", ask)
    app.router.add_route("*", "/openai/v1/{path:.*}", ask)
    app.router.add_route("*", "/sandbox/{path:.*}", steer)
    return app


async def _carry(request: web.Request, answer: Awaitable[Response]) -> web.StreamResponse:
    try:
        return await _send(request, await answer)
    except ConnectionLost as lost:
        _cut(request, lost.how)
        raise asyncio.CancelledError from lost


async def _send(request: web.Request, response: Response) -> web.StreamResponse:
    if isinstance(response.body, bytes):
        return web.Response(status=response.status, headers=response.headers, body=response.body)
    sent = web.StreamResponse(status=response.status, headers=response.headers)
    await sent.prepare(request)
    async with aclosing(response.body) as chunks:
        async for chunk in chunks:
            await sent.write(chunk)
    await sent.write_eof()
    return sent


def _cut(request: web.Request, how: Loss) -> None:
    transport = request.transport
    if transport is None:
        return
    connection: socket.socket | None = transport.get_extra_info("socket")
    if how != "closed" and connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    transport.abort()


async def _request(request: web.Request) -> Request:
    return Request(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.read(),
    )


async def _params(request: web.Request) -> Mapping[str, object]:
    """The parameters of a Bot API method, in any of the ways that Telegram takes them."""
    query, body = dict(request.query), await request.read()
    if not body:
        return query
    match request.content_type:
        case "application/json":
            given: Json = json.loads(body)
        case "multipart/form-data":
            given = dict(parse_form(request.headers["content-type"], body))
        case _:
            given = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return query | given


def _not_understood() -> Response:
    description = "Bad Request: can't parse the request's body"
    return json_response({"ok": False, "error_code": 400, "description": description}, status=400)


async def _deliver(bot_api: BotApi) -> None:
    timeout = aiohttp.ClientTimeout(total=WEBHOOK_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
            try:
                async with session.post(url, headers=headers, data=body) as response:
                    return response.status
            except (aiohttp.ClientError, TimeoutError) as failed:
                raise ConnectionLost("refused") from failed

        await bot_api.deliver(post)
