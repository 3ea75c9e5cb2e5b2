"""A way to a server on which a reply can be lost: the request arrives, the connection breaks.

It can lead to another server later, as an address does after a failover.
"""

import asyncio
from contextlib import suppress

COMMIT = b"\ncommit\r\n"


class Lossy:
    """Passes everything on, until it is told to lose the reply to the next commit."""

    def __init__(self, leads_to: int) -> None:
        self.leads_to = leads_to
        self._ways: set[asyncio.Task[None] | None] = set()
        self.loses = False
        self._losing = False  # the commit is on its way

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1")
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Once nobody uses it any more."""
        self._server.close()
        await asyncio.gather(*filter(None, self._ways))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ways.add(asyncio.current_task())
        replies, requests = await asyncio.open_connection("127.0.0.1", self.leads_to)
        asked = asyncio.create_task(self._pass_on(reader, requests))
        await self._pass_back(replies, writer)
        for end in (writer, requests):
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()
        await asked

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while request := await reader.read(65536):
                self._losing = self._losing or (self.loses and COMMIT in request)
                writer.write(request)
                await writer.drain()
        writer.close()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while reply := await reader.read(65536):
                if self._losing:
                    self.loses = self._losing = False
                    return
                writer.write(reply)
                await writer.drain()
