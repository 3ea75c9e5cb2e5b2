"""Telegram is away when the bot starts: it is asked again, less and less often."""

import asyncio
from itertools import pairwise
from typing import Any, cast

from structlog.testing import capture_logs

from snapthread.app.run import TELEGRAM_AWAY_MAX_S, _start_chat
from snapthread.bot import LAST_UPLOADS_S
from snapthread.errors import ChatBusy
from snapthread.limits import SHUTDOWN_S
from tests import virtual

WHY = "ClientConnectorError at https://api.telegram.org"


class Away:
    """Answers after so many calls."""

    def __init__(self, calls: int, asks_s: float | None = None) -> None:
        self.calls = calls
        self.asks_s = asks_s
        self.called_at: list[float] = []

    async def start(self) -> str:
        self.called_at.append(virtual.unix_now())
        if len(self.called_at) <= self.calls:
            raise ChatBusy(WHY, retry_after_s=self.asks_s)
        return "bot"

    @property
    def waits(self) -> list[float]:
        times = self.called_at
        return [round(after - before, 3) for before, after in pairwise(times)]


async def test_telegram_that_is_away_is_asked_less_and_less_often_and_the_line_says_where() -> None:
    chat = Away(8)
    with capture_logs() as logs:
        assert await _start_chat(cast(Any, chat), asyncio.Event())
    assert chat.waits == [1, 2, 4, 8, 16, 32, TELEGRAM_AWAY_MAX_S, TELEGRAM_AWAY_MAX_S]
    assert {line["why"] for line in logs[:-1]} == {WHY}
    assert [line["again_in_s"] for line in logs[:3]] == [1, 2, 4]


async def test_what_telegram_asks_to_wait_at_the_start_is_waited() -> None:
    chat = Away(1, asks_s=17)
    assert await _start_chat(cast(Any, chat), asyncio.Event())
    assert chat.waits == [17]


async def test_who_stops_a_bot_that_waits_for_telegram_waits_for_nothing() -> None:
    stop, chat = asyncio.Event(), Away(100)
    asyncio.get_running_loop().call_later(100, stop.set)
    began = virtual.unix_now()
    assert not await _start_chat(cast(Any, chat), stop)
    assert virtual.unix_now() - began == 100


class Hanging:
    """Takes the connection, and answers nothing for as long as a request may last."""

    was_cancelled = False

    async def start(self) -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        raise ChatBusy(WHY)


async def test_a_stop_waited_half_a_minute_for_telegram_that_hung_at_the_start() -> None:
    stop, chat = asyncio.Event(), Hanging()
    asyncio.get_running_loop().call_later(1, stop.set)
    began = virtual.unix_now()
    assert not await _start_chat(cast(Any, chat), stop)
    assert virtual.unix_now() - began == 1
    assert chat.was_cancelled


def test_a_stop_while_an_upload_hung_left_half_a_second_to_close_everything() -> None:
    promised_s, closing_s = 25, 3  # on a busy machine
    assert promised_s - closing_s >= SHUTDOWN_S + LAST_UPLOADS_S
