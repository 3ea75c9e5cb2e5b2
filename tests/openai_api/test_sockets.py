"""Things that only real sockets show: the SDK's own transport against a server on this machine."""

import asyncio
import logging
from contextlib import aclosing

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.adapters.openai_api.files import OpenAIFiles
from snapthread.errors import AssistantBusy, FilesBusy
from tests.doubles import by_files_only
from tests.openai_api.wire import ASK, COMPLETED, KEY, delta


class OpenAI:
    """Streams `events`, then ends, or breaks the connection."""

    def __init__(self, *events: bytes, breaks: bool = False) -> None:
        self._events = events
        self._breaks = breaks
        self.connections: set[object] = set()

    async def __aenter__(self) -> OpenAIAssistant:
        app = web.Application()
        app.router.add_post("/v1/responses", self._respond)
        self._server = TestServer(app)
        await self._server.start_server()
        self._client = make_client(KEY, str(self._server.make_url("/v1")))
        return OpenAIAssistant(
            self._client,
            model="gpt-6-luna",
            instructions="",
            reasoning_effort="",
            max_output_tokens=16,
            image_detail="auto",
            inline=by_files_only(),
        )

    async def __aexit__(self, *exc: object) -> None:
        await self._client.close()
        await self._server.close()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        self.connections.add(request.transport)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for event in self._events:
            await response.write(event)
        if self._breaks and request.transport:
            request.transport.close()
        return response


def test_the_next_question_takes_the_same_connection() -> None:
    openai = OpenAI(delta("a"), COMPLETED)

    async def ask_twice() -> list[int]:
        async with openai as assistant:
            return [len([said async for said in assistant.ask(ASK)]) for _ in range(2)]

    assert asyncio.run(ask_twice()) == [3, 3]
    assert len(openai.connections) == 1


def test_a_connection_that_breaks_is_busy() -> None:
    async def ask() -> None:
        async with (
            OpenAI(delta("a"), breaks=True) as assistant,
            aclosing(assistant.ask(ASK)) as answer,
        ):
            async for _ in answer:
                pass

    with pytest.raises(AssistantBusy):
        asyncio.run(ask())


def test_a_server_that_is_away_was_sent_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def upload() -> None:
        async with make_client(KEY, "http://127.0.0.1:9/v1") as client:
            await OpenAIFiles(client).upload("a.jpg", b"x", "image/jpeg", life_s=3600)

    with pytest.raises(FilesBusy) as caught:
        asyncio.run(upload())
    assert not caught.value.unknown
    assert KEY not in f"{caught.value!r} {caplog.text}"
