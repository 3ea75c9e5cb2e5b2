"""Connections to the pages: a bound number, and each only as long as something comes of it.

A request whose head does not arrive in time ends its connection; so does one that says nothing
between two requests. aiohttp limits neither.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

CONNECTIONS_MAX: Final = 200  # Telegram opens up to 100 for the webhook
HEAD_S: Final = 10.0  # for the whole head of a request, from the connection or the last answer on
ANSWER_S: Final = 60.0  # for the body of a request and its answer

Make = Callable[[], asyncio.Protocol]


class Connections:
    """All that are open; the newest one too many takes the place of the one that waits longest."""

    def __init__(self, *, most: int = CONNECTIONS_MAX, head_s: float = HEAD_S) -> None:
        self._most = most
        self._head_s = head_s
        self._open: dict[asyncio.BaseTransport, _Connection] = {}

    def factory(self, make: Make) -> Callable[[], asyncio.Protocol]:
        """The protocols of `make`, each watched."""
        return lambda: _Connection(self, make())

    @property
    def count(self) -> int:
        return len(self._open)

    def add(self, connection: "_Connection", transport: asyncio.BaseTransport) -> None:
        self._open[transport] = connection
        connection.wait_for_head(self._head_s)
        if len(self._open) > self._most:
            waiting = (one for one in self._open.values() if one.is_waiting)
            next(waiting, connection).abort()

    def remove(self, transport: asyncio.BaseTransport) -> None:
        self._open.pop(transport, None)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The head is here; the rest has a limit of its own."""
        connection = self._open.get(request.transport) if request.transport else None
        if connection is None:
            return await handler(request)
        connection.stop_waiting()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await handler(request)
        except TimeoutError:
            return web.Response(status=408, headers={"Connection": "close"})
        finally:
            connection.wait_for_head(self._head_s)


class _Connection(asyncio.Protocol):
    """Hands everything to the protocol that it watches."""

    def __init__(self, connections: Connections, inner: asyncio.Protocol) -> None:
        self._connections = connections
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        return self._timer is not None

    def wait_for_head(self, head_s: float) -> None:
        self.stop_waiting()
        if self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(head_s, self.abort)

    def stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def abort(self) -> None:
        self.stop_waiting()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a connection is a stream")
        self._transport = transport
        self._inner.connection_made(transport)
        self._connections.add(self, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_waiting()
        if self._transport is not None:
            self._connections.remove(self._transport)
            self._transport = None
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()
