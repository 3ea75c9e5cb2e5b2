"""Small proxies of the tests' own: http (forwarding and CONNECT) and socks5, with a password."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

USER: Final = "proxy-user"
PASSWORD: Final = "proxy-pass-word"
Handler = Callable[["Proxy", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Proxy:
    """One that runs; `targets`: whom it led to."""

    scheme: str
    port: int = 0
    has_password: bool = True
    targets: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        user = f"{USER}:{PASSWORD}@" if self.has_password else ""
        return f"{self.scheme}://{user}127.0.0.1:{self.port}"


@asynccontextmanager
async def running(
    scheme: str, *, has_password: bool = True, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Proxy]:
    """Listen on the loopback while the block runs."""
    proxy, handler = Proxy(scheme, has_password=has_password), HANDLERS[scheme]
    serving: set[asyncio.Task[None]] = set()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await handler(proxy, reader, writer)
        finally:
            await _close(writer)

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve_one(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _http(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n")[0].decode().split()
    if proxy.has_password and not _knows_password(head):
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        return
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    host, port = parts.hostname or "", parts.port or 80
    proxy.targets.append(f"{host}:{port}")
    there = await asyncio.open_connection(host, port)
    if method == "CONNECT":
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        there[1].write(head)
    await _join((reader, writer), there)


def _knows_password(head: bytes) -> bool:
    known = b64encode(f"{USER}:{PASSWORD}".encode())
    return b"proxy-authorization: basic " + known.lower() in head.lower()


async def _socks5(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RFC 1928, with the password of RFC 1929."""
    _, count = await reader.readexactly(2)
    await reader.readexactly(count)
    writer.write(bytes([5, 2 if proxy.has_password else 0]))
    if proxy.has_password and not await _is_known(reader, writer):
        await writer.drain()
        return
    _, _, _, kind = await reader.readexactly(4)
    host = await _address(reader, kind)
    port = int.from_bytes(await reader.readexactly(2))
    proxy.targets.append(f"{host}:{port}")
    there = await asyncio.open_connection(host, port)
    writer.write(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
    await _join((reader, writer), there)


async def _is_known(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    _, length = await reader.readexactly(2)
    user = await reader.readexactly(length)
    (length,) = await reader.readexactly(1)
    password = await reader.readexactly(length)
    is_known = (user, password) == (USER.encode(), PASSWORD.encode())
    writer.write(bytes([1, 0 if is_known else 1]))
    return is_known


async def _address(reader: asyncio.StreamReader, kind: int) -> str:
    if kind == 1:
        return ".".join(map(str, await reader.readexactly(4)))
    (length,) = await reader.readexactly(1)
    return (await reader.readexactly(length)).decode()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(here: Ends, there: Ends) -> None:
    """Until either side has ended."""
    ways = [_carry(here[0], there[1]), _carry(there[0], here[1])]
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _close(there[1])


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


HANDLERS: Final[dict[str, Handler]] = {"http": _http, "https": _http, "socks5": _socks5}
