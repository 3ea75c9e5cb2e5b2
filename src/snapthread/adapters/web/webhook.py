"""Telegram's webhook: an update is confirmed only once it is durable."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from aiohttp import web

from snapthread.errors import StoreBusy, StoreFull

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
# An update holds at most a few messages of 4,096 characters; a megabyte is far beyond all seen.
BODY_MAX_BYTES: Final = 1024 * 1024
AGAIN_S: Final = 2

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`receive` raises ValueError for what is no update, StoreBusy and StoreFull."""

    path: str
    secret: str
    receive: Callable[[bytes], Awaitable[None]]


def add_webhook(app: web.Application, webhook: Webhook) -> None:
    """Add the route. A caller without the secret learns nothing, and costs nothing."""

    async def update(request: web.Request) -> web.Response:
        if not _knows(request, webhook.secret):
            log.warning("webhook.refused", reason="secret")
            return web.Response(status=401)
        body = await _body(request)
        if body is None:
            return web.Response(status=413)
        return await _receive(webhook, body)

    app.router.add_post(webhook.path, update)


def _knows(request: web.Request, secret: str) -> bool:
    told = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(told.encode(errors="surrogateescape"), secret.encode())


async def _body(request: web.Request) -> bytes | None:
    """None where it is too large; no more than that is read."""
    body = b""
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            log.warning("webhook.refused", reason="size")
            return None
    return body


async def _receive(webhook: Webhook, body: bytes) -> web.Response:
    """Anything but 2xx makes Telegram send the update again, in order."""
    try:
        await webhook.receive(body)
    except ValueError:
        log.warning("webhook.refused", reason="not an update")
        return web.Response(status=400)
    except (StoreBusy, StoreFull):
        return web.Response(status=503, headers={"Retry-After": str(AGAIN_S)})
    return web.Response()
