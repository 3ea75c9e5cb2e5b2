"""The page's server: static files, strict headers, and only to a page of our own."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket
from typing import Any, Final

from aiohttp import web

from snapthread_sandbox.page.behind import mime_of
from snapthread_sandbox.wire import Json

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
}
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CLOSING_S: Final = 0.2
HOSTS: Final = frozenset({"127.0.0.1", "localhost"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_static(app: web.Application) -> None:
    """The page's own files."""
    for file in (file for file in FOLDER.rglob("*") if file.suffix in TYPES):
        path = "/" + file.relative_to(FOLDER).as_posix()
        app.router.add_get("/" if path == "/index.html" else path, _static(file))


@asynccontextmanager
async def serving(app: web.Application, listening: socket) -> AsyncIterator[None]:
    """Serves on a socket that is bound already."""
    runner = web.AppRunner(
        app, handler_cancellation=True, shutdown_timeout=CLOSING_S, access_log=None
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()


def _static(file: Path) -> Handler:
    headers = {"Content-Type": TYPES[file.suffix], "Cache-Control": "no-cache", **SECURITY}

    async def serve(_request: web.Request) -> web.Response:
        content = await asyncio.to_thread(file.read_bytes)
        return web.Response(body=content, headers=headers)

    return serve


def picture_response(content: bytes) -> web.Response:
    """A picture; anything else only to be saved."""
    mime = mime_of(content)
    headers = {"Cache-Control": "private, max-age=3600, immutable", **SECURITY}
    if mime is None:
        headers["Content-Disposition"] = "attachment"
    return web.Response(
        body=content, content_type=mime or "application/octet-stream", headers=headers
    )


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Only for pages of our own: a stranger's page in the same browser must not reach us."""
    host = request.headers.get("Host", "").rpartition(":")[0] or request.headers.get("Host", "")
    origin = request.headers.get("Origin")
    if host not in HOSTS or origin not in {None, f"http://{request.host}"}:
        raise web.HTTPForbidden
    try:
        return await handler(request)
    except (KeyError, TypeError, ValueError) as wrong:
        if not request.path.startswith("/api/"):
            raise
        return web.json_response({"error": str(wrong)}, status=400)


async def body_of(request: web.Request) -> Json:
    """The JSON object of a request. Raises ValueError and TypeError."""
    body: Any = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("not an object")
    return body
