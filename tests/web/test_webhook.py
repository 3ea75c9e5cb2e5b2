"""Telegram's webhook over HTTP: who may bring an update, and when it is confirmed."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.web.pages import application
from snapthread.adapters.web.webhook import BODY_MAX_BYTES, SECRET_HEADER, Webhook
from snapthread.errors import StoreBusy, StoreFull

SECRET = "only-telegram-knows"
UPDATE = b'{"update_id": 1}'


class Intake:
    """Remembers what it got; raises what it was told to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.got: list[bytes] = []
        self.failure = failure

    async def receive(self, body: bytes) -> None:
        if self.failure is not None:
            raise self.failure
        self.got.append(body)


def bring(
    intake: Intake,
    body: bytes | BytesIO | AsyncIterator[bytes] = UPDATE,
    *,
    secret: str | None = SECRET,
    path: str = "/telegram",
    method: str = "POST",
) -> int:
    """The status that Telegram would see."""

    async def told() -> int:
        webhook = Webhook(path="/telegram", secret=SECRET, receive=intake.receive)
        pages = application(reasons=_ready, registry=Metrics().registry, webhook=webhook)
        headers = {SECRET_HEADER: secret} if secret is not None else {}
        async with (
            TestClient(TestServer(pages)) as client,
            client.request(method, path, data=body, headers=headers) as response,
        ):
            return response.status

    return asyncio.run(told())


async def _ready() -> list[str]:
    return []


def test_an_update_with_the_secret_is_taken() -> None:
    intake = Intake()
    assert bring(intake) == 200
    assert intake.got == [UPDATE]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "señal"])
def test_whoever_does_not_know_the_secret_is_refused(secret: str | None) -> None:
    intake = Intake()
    with capture_logs() as logs:
        assert bring(intake, secret=secret) == 401
    assert not intake.got
    assert SECRET not in str(logs)


def test_a_secret_that_is_no_text_is_refused_like_any_other() -> None:
    """Bytes that are no UTF-8, which no client library sends."""

    async def told() -> bytes:
        webhook = Webhook(path="/telegram", secret=SECRET, receive=Intake().receive)
        pages = application(reasons=_ready, registry=Metrics().registry, webhook=webhook)
        async with TestServer(pages) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            secret = SECRET_HEADER.encode() + b": \xff\r\n"
            writer.write(b"POST /telegram HTTP/1.1\r\nHost: bot\r\n" + secret + b"\r\n")
            status = await reader.readline()
            writer.close()
            return status

    assert asyncio.run(told()).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("failure", [StoreBusy("away"), StoreFull("full")])
def test_what_cannot_be_kept_is_not_confirmed(failure: Exception) -> None:
    assert bring(Intake(failure)) == 503


def test_what_is_no_update_is_refused() -> None:
    assert bring(Intake(ValueError("no id"))) == 400


def test_a_body_of_the_largest_size_is_taken() -> None:
    intake = Intake()
    assert bring(intake, BytesIO(b"x" * BODY_MAX_BYTES)) == 200
    assert len(intake.got[0]) == BODY_MAX_BYTES


def test_a_larger_body_is_refused() -> None:
    intake = Intake()
    assert bring(intake, BytesIO(b"x" * (BODY_MAX_BYTES + 1))) == 413
    assert not intake.got


def test_a_body_of_unknown_size_is_read_no_further_than_the_largest() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * BODY_MAX_BYTES:
            sent += 65_536
            yield b"x" * 65_536

    assert bring(Intake(), endless()) == 413
    assert sent < 100 * BODY_MAX_BYTES


def test_only_its_path_and_only_posts() -> None:
    intake = Intake()
    assert bring(intake, path="/") == 404
    assert bring(intake, method="PUT") == 405
    assert not intake.got
