"""Serving the pages beside the bot, on the operator's host and port."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry

from snapthread.adapters.web.admin import Admin
from snapthread.adapters.web.pages import Reasons, Refresh, application, nothing_to_refresh
from snapthread.adapters.web.webhook import Webhook
from snapthread.errors import Denied

CLOSE_S: Final = 1.0  # pages are short, and the bot has promised to stop soon


@asynccontextmanager
async def serve(
    host: str,
    port: int,
    *,
    reasons: Reasons,
    registry: CollectorRegistry,
    refresh: Refresh = nothing_to_refresh,
    webhook: Webhook | None = None,
    admin: Admin | None = None,
) -> AsyncIterator[None]:
    """Serve while the block runs; port 0: nothing. Raises Denied where it cannot listen."""
    if port == 0:
        yield
        return
    pages = application(
        reasons=reasons, registry=registry, refresh=refresh, webhook=webhook, admin=admin
    )
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=CLOSE_S)
    try:
        await runner.setup()
        await _listen(web.TCPSite(runner, host, port), host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(site: web.TCPSite, host: str, port: int) -> None:
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"HTTP_PORT {port} on {host} is in use: choose another one, or 0 for none."
        else:
            why = f"HTTP_HOST {host} with HTTP_PORT {port} cannot be listened on: {error.strerror}."
        raise Denied(why) from error
