"""Health, readiness and metrics, over HTTP on a free port."""

import asyncio
import re
import socket

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer, unused_port
from structlog.testing import capture_logs

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.web.listening import listen
from snapthread.adapters.web.pages import Reasons, application
from snapthread.adapters.web.server import serve
from snapthread.errors import Denied

HERE = "127.0.0.1"


async def ready() -> list[str]:
    return []


async def away() -> list[str]:
    return ["Telegram has not answered for 90 s."]


async def broken() -> list[str]:
    raise RuntimeError("/bot123456789:xyzzy/getMe")


def page(path: str, reasons: Reasons = ready, metrics: Metrics | None = None) -> tuple[int, str]:
    """The status and the text of one page."""

    async def read() -> tuple[int, str]:
        registry = (metrics or Metrics()).registry
        server = TestServer(application(reasons=reasons, registry=registry))
        async with TestClient(server) as client, client.get(path) as response:
            return response.status, await response.text()

    return asyncio.run(read())


def test_a_living_loop_is_healthy_even_where_it_is_not_ready() -> None:
    assert page("/healthz", away) == (200, '{"alive": true}')


def test_ready_means_ready() -> None:
    assert page("/readyz") == (200, '{"ready": true}')


def test_not_ready_tells_why() -> None:
    status, text = page("/readyz", away)

    assert status == 503
    assert text == '{"ready": false, "reasons": ["Telegram has not answered for 90 s."]}'


def test_a_check_that_breaks_is_not_ready_and_tells_no_secret() -> None:
    with capture_logs() as logs:
        status, text = page("/readyz", broken)

    assert status == 503
    assert "xyzzy" not in text
    assert [line["kind"] for line in logs] == ["readiness"]


def test_metrics_are_in_the_text_format() -> None:
    metrics = Metrics()
    metrics.observe(None, "info", {"event": "update.accepted", "count": 2})

    status, text = page("/metrics", metrics=metrics)

    assert status == 200
    assert "snapthread_updates_accepted_total 2.0" in text.splitlines()


def test_nothing_else_is_served() -> None:
    assert page("/")[0] == 404


def test_it_serves_while_the_block_runs_and_no_longer() -> None:
    async def go(port: int) -> int:
        async with (
            serve(listen(HERE, port), reasons=ready, registry=Metrics().registry),
            ClientSession() as session,
            session.get(f"http://{HERE}:{port}/healthz") as response,
        ):
            return response.status

    port = unused_port()
    assert asyncio.run(go(port)) == 200
    assert asyncio.run(go(port)) == 200


def test_port_0_is_off() -> None:
    async def go() -> None:
        async with serve(listen("no such host", 0), reasons=ready, registry=Metrics().registry):
            pass

    asyncio.run(go())


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Denied, match=rf"^HTTP_PORT {port} on {re.escape(HERE)} is in use: "):
            listen(HERE, port)


def test_a_host_that_is_not_ours_is_told_in_one_sentence() -> None:
    with pytest.raises(Denied, match=r"^HTTP_HOST 192\.0\.2\.1 with HTTP_PORT"):
        listen("192.0.2.1", unused_port())
