"""Serving the pages beside the bot, where `listening` listens."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry

from snapthread.adapters.web.admin import Admin
from snapthread.adapters.web.connections import Connections
from snapthread.adapters.web.pages import (
    LastPoll,
    Reasons,
    Refresh,
    application,
    nothing_to_refresh,
)
from snapthread.adapters.web.webhook import Webhook

CLOSE_S: Final = 1.0  # pages are short, and the bot has promised to stop soon


@asynccontextmanager
async def serve(
    listening: socket.socket | None,
    *,
    reasons: Reasons,
    registry: CollectorRegistry,
    last_poll_s: LastPoll = lambda: None,
    refresh: Refresh = nothing_to_refresh,
    webhook: Webhook | None = None,
    admin: Admin | None = None,
    connections: Connections | None = None,
) -> AsyncIterator[None]:
    """Serve while the block runs, and close `listening` then; None: nothing."""
    if listening is None:
        yield
        return
    connections = connections or Connections()
    pages = application(
        reasons=reasons,
        registry=registry,
        last_poll_s=last_poll_s,
        refresh=refresh,
        webhook=webhook,
        admin=admin,
    )
    pages.middlewares.insert(0, connections.middleware)
    async with _accepting(pages, connections, listening):
        yield


@asynccontextmanager
async def _accepting(
    pages: web.Application, connections: Connections, listening: socket.socket
) -> AsyncIterator[None]:
    """Take connections while the block runs."""
    runner = web.AppRunner(pages, access_log=None, shutdown_timeout=CLOSE_S)
    try:
        await runner.setup()
        if runner.server is None:
            raise RuntimeError("a runner that is set up has a server")
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            connections.factory(runner.server), sock=listening, start_serving=True
        )
        try:
            yield
        finally:
            server.close()
    finally:
        await runner.cleanup()
