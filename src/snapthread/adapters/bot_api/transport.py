"""HTTP to the Bot API, over the stack that the pages are served with."""

import json
import ssl
from collections.abc import AsyncGenerator, Mapping
from typing import Final, NamedTuple, Protocol

import aiohttp
import truststore

CONNECTIONS: Final = 400  # a turn types or sends, one at a time; downloads and the poll on top
CHUNK_BYTES: Final = 64 * 1024
ANSWER_MAX: Final = (
    16 * 1024 * 1024
)  # bytes; a hundred updates of the longest texts are two million
JSON: Final = {"Content-Type": "application/json"}


class Response(NamedTuple):
    status: int
    body: bytes


class Attachment(NamedTuple):
    """A file that goes up as the parameter of this name."""

    parameter: str
    file_name: str
    content: bytes


class BadStatus(Exception):
    """A file was not given."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Transport(Protocol):
    """Carries calls and files. What it raises is its own: the client puts it in our words."""

    async def post(
        self,
        url: str,
        params: Mapping[str, object],
        *,
        timeout_s: float,
        attachment: Attachment | None = None,
    ) -> Response: ...

    def content(self, url: str, *, timeout_s: float) -> AsyncGenerator[bytes, None]:
        """A file in chunks; raises BadStatus."""
        ...

    async def close(self) -> None: ...


class HttpTransport:
    """`Transport` over one aiohttp session. `proxy`: `http://`, `https://` or `socks5://`,
    with user and password where it wants them."""

    def __init__(self, proxy: str | None = None, *, is_plain: bool = False) -> None:
        """`is_plain`: the server speaks HTTP without TLS; a proxy on the way may then close after
        each answer without a word (tinyproxy), so no connection is used twice."""
        self._proxy = proxy
        self._closes = bool(proxy) and is_plain
        self._opened: aiohttp.ClientSession | None = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        """Opened at the first call, as a session belongs to the loop that runs."""
        if self._opened is None:
            trusted = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # as the machine does
            self._opened = _session(trusted, self._proxy, closes=self._closes)
        return self._opened

    async def post(
        self,
        url: str,
        params: Mapping[str, object],
        *,
        timeout_s: float,
        attachment: Attachment | None = None,
    ) -> Response:
        body = form(params, attachment) if attachment else json.dumps(params).encode()
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        headers = None if attachment else JSON
        request = self._session.post(
            url,
            data=body,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,  # what people read is for no other server
        )
        async with request as answer:
            return Response(answer.status, await _read_whole(answer))

    async def content(self, url: str, *, timeout_s: float) -> AsyncGenerator[bytes, None]:
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        async with self._session.get(url, timeout=timeout) as answer:
            if answer.status != 200:
                raise BadStatus(answer.status)
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                yield chunk

    async def close(self) -> None:
        """End all calls under way; a later call opens a new session."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()


async def _read_whole(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        content += chunk
        if len(content) > ANSWER_MAX:
            raise aiohttp.ClientPayloadError("an answer without an end")
    return bytes(content)


def _session(trusted: ssl.SSLContext, proxy: str | None, *, closes: bool) -> aiohttp.ClientSession:
    """aiohttp knows HTTP proxies by itself, and SOCKS by a connector."""
    if proxy is None or not proxy.startswith("socks5:"):
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=trusted, force_close=closes)
        return aiohttp.ClientSession(connector=connector, proxy=proxy)
    from aiohttp_socks import ProxyConnector  # few need it

    # `rdns`: the name is looked up behind the proxy, where it may be another one.
    through = ProxyConnector.from_url(proxy, rdns=True, limit=CONNECTIONS, ssl=trusted)
    return aiohttp.ClientSession(connector=through)


def form(params: Mapping[str, object], attachment: Attachment) -> aiohttp.FormData:
    """A file travels in a form, and everything beside it as text."""
    data = aiohttp.FormData()
    for name, value in params.items():
        data.add_field(name, value if isinstance(value, str) else json.dumps(value))
    data.add_field(attachment.parameter, attachment.content, filename=attachment.file_name)
    return data
