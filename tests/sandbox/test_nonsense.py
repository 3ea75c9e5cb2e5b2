"""Each method of the doubles, asked what means nothing: an answer in its service's own form."""

import json
from typing import Any

import pytest

from snapthread_sandbox.openai.api import KEY
from snapthread_sandbox.openai.routes import ROUTES
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.wire import Request, read
from tests.sandbox.worlds import Hands, an_openai

ODD: tuple[Any, ...] = (None, "", -1, 2**70, "x", [], {}, [1], {"a": 1}, "٣")
NAMES = (
    "caption photo document media offset limit timeout allowed_updates reply_parameters"
    " reply_markup entities parse_mode message_thread_id draft_id file_id callback_query_id text"
    " commands url guest_query_id result scope from_chat_id message_ids name"
).split()
BODIES = (
    b"",
    b"[]",
    b'{"model": 5}',
    b'{"model": "gpt-6-luna", "input": [5]}',
    b'{"model": "gpt-6-luna", "input": "hi", "previous_response_id": 5, "background": []}',
    b"\xff\xfe",
)


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_each_method_of_the_bot_api_answers_in_its_form(odd: object) -> None:
    bot_api = BotApi("1:t", now=Hands())
    bot_api.person(1001).sends("Hello")
    everything = dict.fromkeys(NAMES, odd)
    for method in bot_api._methods._known:
        for known in ({}, {"chat_id": 1001, "message_id": 1, "user_id": 1001}):
            told = {**everything, **known, "timeout": 0}
            status, body = await bot_api.call("1:t", method, told)
            assert body["ok"] is (status == 200), method
            assert body["ok"] or body["error_code"] == status, method


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize("body", BODIES)
async def test_each_route_of_openai_answers_in_its_form(body: bytes, content_type: str) -> None:
    openai, _ = an_openai()
    for route, _pattern in ROUTES:
        method, path = route.replace("{id}", "no-such-id").split(" ")
        headers = {"content-type": content_type, "authorization": f"Bearer {KEY}"}
        asked = Request(method=method, path=f"/v1{path}", headers=headers, body=body)
        response = await openai.handle(asked)
        told = json.loads(await read(response))
        assert response.status < 500, route
        assert "x-request-id" in response.headers, route
        assert response.status == 200 or told["error"]["message"], route
