"""The way to OpenAI over aiohttp, at httpx2's own seam for transports.

An answer comes in hundreds of small pieces, and each costs a third here of what it costs in the
transport that httpx2 brings: its parser is C. That one stays for proxies, of which it knows all
kinds.
"""

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import httpx2
import truststore

CONNECTIONS: Final = 1100  # MAX_PARALLEL_TURNS goes up to 1000, each with a stream
IDLE_S: Final = 30.0
SENT_WHOLE_BYTES: Final = 1024 * 1024  # most pictures; aiohttp warns of more
OURS: Final = frozenset({"Accept", "Accept-Encoding", "Content-Type", "User-Agent"})


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Fails as httpx2's own does."""

    def __init__(self) -> None:
        self._opened: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened at the first call, as a session belongs to the loop that runs."""
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS,
                    keepalive_timeout=IDLE_S,
                    ssl=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # as the machine does
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # httpx2 does
                skip_auto_headers=OURS,
            )
        return self._opened

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with _its_errors():
            answer = await self._session.request(
                request.method,
                str(request.url),
                headers=request.headers.multi_items(),
                data=await _content(request),
                allow_redirects=False,
                timeout=_timeout(request),
            )
        return httpx2.Response(
            answer.status, headers=list(answer.raw_headers), stream=_Body(answer), request=request
        )

    async def aclose(self) -> None:
        if self._opened is not None:
            await self._opened.close()


class _Body(httpx2.AsyncByteStream):
    """The bytes as they come; read to the end, its connection is used again."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            with _its_errors():
                chunk = await self._answer.content.readany()
            if not chunk:
                return
            yield chunk

    async def aclose(self) -> None:
        self._answer.close()


async def _content(request: httpx2.Request) -> bytes | AsyncIterable[bytes] | None:
    """A body in memory already, or one that comes in pieces while it is sent; in one piece where it
    is small, as each piece is a call of the system."""
    try:
        return request.content or None
    except httpx2.RequestNotRead:
        if int(request.headers.get("content-length", SENT_WHOLE_BYTES + 1)) <= SENT_WHOLE_BYTES:
            return await request.aread()
        if not isinstance(request.stream, AsyncIterable):
            raise TypeError("a body is sent by who waits for nothing") from None
        return request.stream


def _timeout(request: httpx2.Request) -> aiohttp.ClientTimeout:
    given = request.extensions.get("timeout", {})
    return aiohttp.ClientTimeout(
        total=None, sock_connect=given.get("connect"), sock_read=given.get("read")
    )


@contextmanager
def _its_errors() -> Iterator[None]:
    """aiohttp's failures in httpx2's words: what surely was not sent, and what may have been."""
    try:
        yield
    except aiohttp.InvalidURL as error:
        raise httpx2.UnsupportedProtocol(str(error)) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx2.ConnectError(str(error)) from error
    except TimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError) as error:
        raise httpx2.RemoteProtocolError(str(error)) from error
    except aiohttp.ClientResponseError as error:  # not HTTP
        raise httpx2.RemoteProtocolError(str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx2.ReadError(str(error)) from error
