"""The token leaves the adapter in no failure and no log line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import aiohttp
import pytest
from structlog.testing import capture_logs

from snapthread.adapters.bot_api.chat import TelegramChat
from snapthread.errors import SnapthreadError
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from tests.bot_api.test_download import status
from tests.bot_api.wire import TOKEN, Answer, Wire, message, ok, refused

URL = f"https://api.telegram.org/bot{TOKEN}/sendMessage"
WORDS = "a private text"
PART = OutboxMessage(id=1, to=Destination(chat_id=1), outgoing=OutgoingMessage(text=WORDS))
Act = Callable[[TelegramChat], Awaitable[object]]
ACTS: list[Act] = [
    lambda chat: chat.start(),
    lambda chat: chat.updates(None, timeout_s=1),
    lambda chat: chat.send(PART),
    lambda chat: chat.download("f", max_bytes=9),
]
LEAKS: list[Answer] = [
    aiohttp.InvalidURL(URL),
    aiohttp.ClientConnectionError(URL),
    RuntimeError(URL),
    refused(400, f"Bad Request: {URL} '{WORDS}' and \"{WORDS}\""),
    refused(400, f'Bad Request: {URL} can\'t parse "{WORDS}"'),
    refused(401, f"Unauthorized: {TOKEN}"),
    refused(409, f"Conflict: {URL}"),
    refused(429, f"Too many: {URL}", retry_after=3),
    refused(500, URL),
    (502, f"<html>{URL} {WORDS}</html>"),
    (200, f'{{"ok": true, "result": "{URL}'),
]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("answer", LEAKS)
def test_no_failure_tells_the_token_or_the_text(
    answer: Answer, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wire = Wire(getMe=answer, getUpdates=answer, sendMessage=answer, getFile=answer)
    told = _failure(wire, act) + caplog.text
    assert TOKEN not in told
    assert WORDS not in told


@pytest.mark.parametrize("broken", [status(404), status(500), aiohttp.InvalidURL(URL)])
def test_no_download_tells_the_token(broken: Exception) -> None:
    assert TOKEN not in _failure(Wire([broken]), ACTS[3])


@pytest.mark.parametrize("answer", LEAKS)
def test_what_fails_silently_tells_no_token(answer: Answer) -> None:
    wire = Wire(getMyCommands=answer, sendChatAction=answer)
    with capture_logs() as logs, suppress(SnapthreadError):
        asyncio.run(wire.chat().typing(Destination(chat_id=1)))
        asyncio.run(wire.chat().start())
    assert len(logs) >= 4
    assert TOKEN not in str(logs)


def test_a_token_of_the_wrong_shape_is_not_repeated() -> None:
    with pytest.raises(SnapthreadError) as caught:
        TelegramChat(f"x{TOKEN}", commands={}, transport=Wire())
    assert TOKEN not in "".join(f"{link!r}{link}" for link in chain(caught.value))


def test_an_update_is_not_told_to_the_log() -> None:
    wire = Wire(getUpdates=ok([{"update_id": 1, "message": message(text=WORDS, date="x")}]))
    with capture_logs() as logs:
        asyncio.run(wire.chat().updates(None, timeout_s=1))
    assert WORDS not in str(logs)


def _failure(wire: Wire, act: Act) -> str:
    """Everything that the failure and the log say."""

    async def run() -> None:
        await act(wire.chat())

    with capture_logs() as logs, pytest.raises(SnapthreadError) as caught:
        asyncio.run(run())
    told = [f"{link!r} {link} {vars(link)}" for link in chain(caught.value)]
    return "\n".join([*told, str(logs)])
