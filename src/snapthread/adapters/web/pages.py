"""`/healthz`: the loop is alive. `/readyz`: it can serve, or why not. `/metrics`: the numbers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from snapthread.adapters.web.admin import Admin
from snapthread.adapters.web.webhook import Webhook, add_webhook

Reasons = Callable[[], Awaitable[list[str]]]
LastPoll = Callable[[], float | None]
Refresh = Callable[[], Awaitable[None]]

CHECK_S: Final = 5.0  # who asks for readiness seldom waits longer
CHECK_FAILED: Final = "The check itself failed; the log says why."

log = structlog.get_logger()


async def nothing_to_refresh() -> None:
    """For metrics that are always up to date."""


def application(
    *,
    reasons: Reasons,
    registry: CollectorRegistry,
    last_poll_s: LastPoll = lambda: None,
    refresh: Refresh = nothing_to_refresh,
    webhook: Webhook | None = None,
    admin: Admin | None = None,
) -> web.Application:
    """`reasons`: why it cannot serve now, each a sentence without secrets; none where it can.
    `last_poll_s`: the age of the last poll, where this process polls. `refresh`: before the metrics
    are read; it never raises."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        told = await _ask(reasons)
        age_s = last_poll_s()
        polled = {} if age_s is None else {"last_poll_s": round(age_s, 1)}
        if told:
            return web.json_response({"ready": False, "reasons": told} | polled, status=503)
        return web.json_response({"ready": True} | polled)

    async def metrics(_request: web.Request) -> web.Response:
        await refresh()
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        return web.Response(body=generate_latest(registry), headers=headers)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    if webhook is not None:
        add_webhook(app, webhook)
    if admin:
        admin.add_to(app)
    return app


async def _ask(reasons: Reasons) -> list[str]:
    """A check that breaks or hangs is a reason too; its text stays in the log."""
    try:
        async with asyncio.timeout(CHECK_S):
            return await reasons()
    except Exception:
        log.exception("trouble", kind="readiness")
        return [CHECK_FAILED]
