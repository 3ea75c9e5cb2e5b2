"""The doubles in process: a transport for the Bot API's client and one for OpenAI's.

What goes wrong surfaces here exactly as the real transports would raise it.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, cast

import aiohttp
import httpx2
from openai import AsyncOpenAI

from snapthread.adapters.bot_api.client import BotClient
from snapthread.adapters.bot_api.transport import CHUNK_BYTES, Attachment, BadStatus, Response
from snapthread.adapters.openai_api.inline import InlineImages
from snapthread.model import Usage
from snapthread.ports import ImageTransport
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.wire import Body, ConnectionLost, Loss, Request, Upload, read


def bot_client(bot_api: BotApi) -> BotClient:
    """The client of the Bot API, wired to the double."""
    return BotClient(bot_api.token, None, BotTransport(bot_api))


def openai_client(openai: OpenAI) -> AsyncOpenAI:
    """OpenAI's client, wired to the double."""
    client = httpx2.AsyncClient(transport=openai_transport(openai))
    return AsyncOpenAI(api_key=openai.key, http_client=client, max_retries=0)


def openai_transport(openai: OpenAI) -> httpx2.AsyncBaseTransport:
    return DoubleTransport(openai)


class BotTransport:
    """Carries calls and files to a BotApi, failing as aiohttp does."""

    def __init__(self, bot_api: BotApi) -> None:
        self._bot_api = bot_api

    async def close(self) -> None:
        return None

    async def post(
        self,
        url: str,
        params: Mapping[str, object],
        *,
        timeout_s: float,
        attachment: Attachment | None = None,
    ) -> Response:
        found = re.search(r"/bot([^/]+)/(.+)$", url)
        assert found is not None, url
        sent = dict(params)
        if attachment:
            upload = Upload(file_name=attachment.file_name, content=attachment.content)
            sent[attachment.parameter] = upload
        with _as_aiohttp():
            async with asyncio.timeout(timeout_s):
                response = await self._bot_api.respond(found[1], found[2], sent)
                return Response(response.status, await read(response))

    async def content(self, url: str, *, timeout_s: float) -> AsyncGenerator[bytes, None]:
        found = re.search(r"/file/bot([^/]+)/(.+)$", url)
        assert found is not None, url
        deadline = asyncio.get_running_loop().time() + timeout_s
        with _as_aiohttp():
            async with asyncio.timeout_at(deadline):
                response = await self._bot_api.download(found[1], found[2])
        if response.status != 200:
            raise BadStatus(response.status)
        async for chunk in _chunked(response.body, CHUNK_BYTES, deadline):
            yield chunk


async def _chunked(body: Body, size: int, deadline: float) -> AsyncGenerator[bytes, None]:
    async with aclosing(_chunks(body)) as wholes:
        while (whole := await _before(deadline, wholes)) is not None:
            for start in range(0, len(whole), size):
                yield whole[start : start + size]


async def _before(deadline: float, chunks: AsyncGenerator[bytes, None]) -> bytes | None:
    try:
        async with asyncio.timeout_at(deadline):
            return await anext(chunks, None)
    except ConnectionLost as lost:
        raise aiohttp.ClientPayloadError("Response payload is not completed") from lost


async def _chunks(body: Body) -> AsyncGenerator[bytes, None]:
    if isinstance(body, bytes):
        yield body
        return
    async with aclosing(body):
        async for chunk in body:
            yield chunk


@contextmanager
def _as_aiohttp() -> Iterator[None]:
    try:
        yield
    except ConnectionLost as lost:
        raise _lost_as_aiohttp(lost.how) from lost


def _lost_as_aiohttp(how: Loss) -> aiohttp.ClientError:
    match how:
        case "closed":
            return aiohttp.ServerDisconnectedError()
        case "reset":
            return aiohttp.ClientOSError(104, "Connection reset by peer")
        case "refused":
            return aiohttp.ClientOSError(111, "Connection refused")


class DoubleTransport(httpx2.AsyncBaseTransport):
    """Carries httpx2's requests to an OpenAI double, and obeys the read timeout."""

    def __init__(self, openai: OpenAI) -> None:
        self._openai = openai

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        timeout_s = request.extensions.get("timeout", {}).get("read")
        asked = Request(
            method=request.method,
            path=request.url.path,
            query=dict(request.url.params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.aread(),
        )
        with _as_httpx2(request):
            async with asyncio.timeout(timeout_s):
                response = await self._openai.handle(asked)
        headers = dict(response.headers)
        if isinstance(response.body, bytes):
            return httpx2.Response(response.status, headers=headers, content=response.body)
        stream = DoubleStream(request, response.body, timeout_s)
        return httpx2.Response(response.status, headers=headers, stream=stream)


class DoubleStream(httpx2.AsyncByteStream):
    """A body that arrives chunk by chunk, and may break off."""

    def __init__(
        self, request: httpx2.Request, body: AsyncGenerator[bytes, None], timeout_s: float | None
    ) -> None:
        self._request = request
        self._body = body
        self._timeout_s = timeout_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._next()) is not None:
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()

    async def _next(self) -> bytes | None:
        with _as_httpx2(self._request):
            async with asyncio.timeout(self._timeout_s):
                return await anext(self._body, None)


@contextmanager
def _as_httpx2(request: httpx2.Request) -> Iterator[None]:
    try:
        yield
    except TimeoutError as late:
        raise httpx2.ReadTimeout("", request=request) from late
    except ConnectionLost as lost:
        raise _lost_as_httpx2(lost.how, request) from lost


def _lost_as_httpx2(how: Loss, request: httpx2.Request) -> httpx2.TransportError:
    match how:
        case "closed":
            message = "Server disconnected without sending a complete response."
            return httpx2.RemoteProtocolError(message, request=request)
        case "reset":
            return httpx2.ReadError("", request=request)
        case "refused":
            return httpx2.ConnectError("All connection attempts failed", request=request)


def by_files_only() -> InlineImages:
    """For tests whose images lie at OpenAI."""
    return InlineImages(transport=ImageTransport(), blobs=cast(Any, None))


class FlatPrices:
    """A price list that a test can count with: a micro-dollar a token, two for one that is written
    to the cache, six for one of output. One model has none."""

    def cost_micros(self, model: str, usage: Usage) -> int | None:
        if model == "home-made":
            return None
        return usage.input_tokens + usage.written_tokens + 6 * usage.output_tokens

    def speech_micros(self, model: str, seconds: int) -> int | None:
        return 75 * seconds
