"""OpenAI by way of a proxy: what it sees, who goes past it, and that it stays out of the logs."""

import asyncio
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.errors import AssistantDenied
from snapthread.ports import AnswerEvent
from snapthread.settings import load_settings
from tests.doubles import by_files_only
from tests.openai_api.proxies import PASSWORD, USER, Proxy
from tests.openai_api.wire import ASK, COMPLETED, KEY, delta

ENOUGH = {"TELEGRAM_BOT_TOKEN": "123456:a-token-of-telegram", "OPENAI_API_KEY": KEY}


async def _respond(_request: web.Request) -> web.Response:
    return web.Response(body=delta("a") + COMPLETED, content_type="text/event-stream")


async def _ask(
    proxy: Proxy, kind: str, password: str = PASSWORD, *, no_proxy: str = ""
) -> list[AnswerEvent]:
    app = web.Application()
    app.router.add_post("/v1/responses", _respond)
    serve = proxy.socks5 if kind == "socks5" else proxy.http
    async with TestServer(app) as server, proxy.opened(serve) as port:
        by = f"{kind}://{USER}:{password}@127.0.0.1:{port}"
        url = str(server.make_url("/v1"))
        set_to = {"OPENAI_BASE_URL": url, "OPENAI_PROXY": by, "NO_PROXY": no_proxy}
        way = load_settings(ENOUGH | set_to).way_to_openai
        async with make_client(KEY, url, proxy=way) as client:
            assistant = OpenAIAssistant(
                client,
                model="gpt-6-luna",
                instructions="",
                reasoning_effort="",
                max_output_tokens=16,
                image_detail="auto",
                inline=by_files_only(),
            )
            return [said async for said in assistant.ask(ASK)]


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_question_goes_through_the_proxy(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    proxy = Proxy()
    assert len(asyncio.run(_ask(proxy, kind))) == 3
    assert proxy.passed == 1
    assert PASSWORD not in caplog.text


def test_a_proxy_that_does_not_know_us_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AssistantDenied, match="OPENAI_PROXY") as caught:
        asyncio.run(_ask(Proxy(), "http", password="wrong-password"))
    assert "wrong-password" not in f"{caught.value!r} {caplog.text}"


def test_who_is_in_no_proxy_is_asked_directly() -> None:
    proxy = Proxy()
    assert len(asyncio.run(_ask(proxy, "http", no_proxy="localhost,127.0.0.1"))) == 3
    assert proxy.passed == 0
