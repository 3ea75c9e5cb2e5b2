"""Two small proxies on this machine, each of which asks for a user and a password."""

import asyncio
import base64
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

USER, PASSWORD = "proxy-user", "proxy-password"


class Proxy:
    """Counts whom it let through."""

    def __init__(self) -> None:
        self.passed = 0

    @asynccontextmanager
    async def opened(
        self, serve: Callable[[Reader, Writer], Awaitable[None]]
    ) -> AsyncIterator[int]:
        async def served(reader: Reader, writer: Writer) -> None:
            with closing(writer):
                await serve(reader, writer)

        server = await asyncio.start_server(served, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def http(self, reader: Reader, writer: Writer) -> None:
        """A plain request for a whole address, as for http:// behind it."""
        head = await reader.readuntil(b"\r\n\r\n")
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode())
        if b"proxy-authorization: basic " + known not in head.replace(b"Basic", b"basic").replace(
            b"Proxy-Authorization", b"proxy-authorization"
        ):
            writer.write(b"HTTP/1.1 407 Who are you?\r\ncontent-length: 0\r\n\r\n")
            return
        method, url, rest = head.split(b" ", 2)
        host, _, path = url.removeprefix(b"http://").partition(b"/")
        name, _, port = host.partition(b":")
        await self._pass(
            reader, writer, name.decode(), int(port), b" ".join([method, b"/" + path, rest])
        )

    async def socks5(self, reader: Reader, writer: Writer) -> None:
        """RFC 1928 with the user and password of RFC 1929."""
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x02")
        user = await reader.readexactly((await reader.readexactly(2))[1])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        is_known = (user, password) == (USER.encode(), PASSWORD.encode())
        writer.write(b"\x01\x00" if is_known else b"\x01\x01")
        if not is_known:
            return
        *_, kind = await reader.readexactly(4)
        size = 4 if kind == 1 else (await reader.readexactly(1))[0]
        address = await reader.readexactly(size)
        port = int.from_bytes(await reader.readexactly(2))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        host = ".".join(map(str, address)) if kind == 1 else address.decode()
        await self._pass(reader, writer, host, port, b"")

    async def _pass(
        self, reader: Reader, writer: Writer, host: str, port: int, first: bytes
    ) -> None:
        self.passed += 1
        there, to_there = await asyncio.open_connection(host, port)
        with closing(to_there):
            to_there.write(first)
            await asyncio.gather(_pump(reader, to_there), _pump(there, writer))


async def _pump(reader: Reader, writer: Writer) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
    writer.close()
