"""A bot in a test: calls methods, and reads its updates."""

import asyncio
from contextlib import suppress
from typing import Any

from snapthread_sandbox.telegram.bot_api import TOKEN, BotApi
from snapthread_sandbox.telegram.people import Person
from snapthread_sandbox.wire import Json
from tests.sandbox.worlds import NOON
from tests.virtual import unix_now


def now() -> float:
    """The virtual loop's time; outside of every loop it stands still."""
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        return unix_now()
    return NOON


def a_chat() -> tuple[BotApi, Person]:
    api = BotApi(now=now)
    ada = api.person()
    ada.sends("/start")
    return api, ada


async def call(api: BotApi, method: str, **params: object) -> Any:
    """The result, or the description of the refusal."""
    _, body = await api.call(TOKEN, method, {"chat_id": 1001} | params)
    return body.get("result", body.get("description"))


async def refusal(api: BotApi, method: str, **params: object) -> Json:
    _, body = await api.call(TOKEN, method, {"chat_id": 1001} | params)
    assert not body["ok"], body
    return body


def told(api: BotApi, kind: str = "message") -> list[Json]:
    """The updates of one kind that the bot has not confirmed."""
    return [update[kind] for update in api.pending if kind in update]


def last(api: BotApi, kind: str = "message") -> Json:
    return told(api, kind)[-1]
