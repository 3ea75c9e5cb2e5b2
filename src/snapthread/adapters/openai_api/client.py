"""The one HTTP client to OpenAI, or to whatever speaks its language at `base_url`.

Decision 0022: without the SDK, whose import costs half of our start and a third of our memory.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from snapthread.adapters.openai_api.inline import StreamedBody
from snapthread.adapters.openai_api.key import key_headers
from snapthread.adapters.openai_api.wire import AiohttpTransport
from snapthread.limits import NEXT_EVENT_S, UPLOAD_S

OPENAI_URL: Final = "https://api.openai.com/v1"
# Our own limits end a wait first; these are the net below them. How long a stream may be silent
# depends on the question.
TIMEOUT: Final = httpx2.Timeout(
    connect=10.0, read=NEXT_EVENT_S + 5, write=UPLOAD_S, pool=NEXT_EVENT_S
)
STREAM_TIMEOUT: Final = httpx2.Timeout(connect=10.0, read=None, write=UPLOAD_S, pool=NEXT_EVENT_S)
# MAX_PARALLEL_TURNS goes up to 1000, each with a stream; uploads and deletions come on top.
LIMITS: Final = httpx2.Limits(
    max_connections=1100, max_keepalive_connections=100, keepalive_expiry=30.0
)
# Bytes of an answer that is read whole: ten thousand files in a list are four million.
ANSWER_MAX: Final = 16 * 1024 * 1024
# At DEBUG it writes down what it sends to a proxy: the password too.
logging.getLogger("httpcore2").setLevel(logging.WARNING)

Params = Mapping[str, str | int]


class OpenAIClient:
    """Sends each request once: what may be repeated, the line decides."""

    def __init__(self, http: httpx2.AsyncClient, base_url: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._urls: dict[str, httpx2.URL] = {}  # of streams, read once

    async def send(
        self, method: str, path: str, *, params: Params | None = None, **body: Any
    ) -> httpx2.Response:
        """The answer, read whole where it is a success; a refusal is still to be read. `body`: as
        httpx2 takes it (`data`, `files` and `timeout`)."""
        url = self._base_url + path
        request = self._http.build_request(method, url, params=params, **body)
        answer = await self._http.send(request, stream=True)
        if not answer.is_success:
            return answer
        content = await _read_whole(answer)
        return httpx2.Response(answer.status_code, content=content, request=request)

    async def stream(self, path: str, body: bytes | StreamedBody) -> httpx2.Response:
        """The answer's head; its body is still to be read, and to be closed."""
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        content: bytes | AsyncIterator[bytes]
        if isinstance(body, StreamedBody):
            # Its length is told: not every server takes chunks of which it does not know the end.
            headers["content-length"], content = str(body.length), body.pieces
        else:
            content = body
        url = self._urls.get(path) or self._urls.setdefault(path, httpx2.URL(self._base_url + path))
        request = self._http.build_request(
            "POST",
            url,
            content=content,
            headers=headers,
            timeout=STREAM_TIMEOUT,
        )
        return await self._http.send(request, stream=True)

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


def make_client(
    api_key: str,
    base_url: str | None = None,
    *,
    proxy: str | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> OpenAIClient:
    """`proxy`: http://, https:// or socks5://, with user and password."""
    url = base_url or OPENAI_URL
    if transport is None and not (proxy or _has_proxy_of_the_machine(url)):
        transport = AiohttpTransport()
    http = httpx2.AsyncClient(
        headers={**key_headers(api_key, url), "accept": "application/json"},
        proxy=proxy,
        transport=transport,
        timeout=TIMEOUT,
        limits=LIMITS,
        follow_redirects=True,
        event_hooks={"response": [_stay_at_home]},
    )
    return OpenAIClient(http, url)


async def _read_whole(answer: httpx2.Response) -> bytes:
    content = bytearray()
    try:
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > ANSWER_MAX:
                raise httpx2.RemoteProtocolError("an answer without an end")
    finally:
        await answer.aclose()
    return bytes(content)


async def _stay_at_home(answer: httpx2.Response) -> None:
    """A redirect to another server is not followed: what people say, and the key, is for this one.
    Its answer is then a refusal without an address."""
    here = answer.request.url
    if answer.has_redirect_location and not _is_same_server(here, answer.headers["location"]):
        del answer.headers["location"]


def _is_same_server(here: httpx2.URL, location: str) -> bool:
    """Also where it asks for TLS."""
    try:
        there = here.join(location)
    except httpx2.InvalidURL:
        return False
    if here.host != there.host:
        return False
    is_upgrade = (here.scheme, there.scheme) == ("http", "https")
    return is_upgrade or (here.scheme, here.port) == (there.scheme, there.port)


def _has_proxy_of_the_machine(url: str) -> bool:
    """With none set for us, does the environment send this address through one?"""
    parts, proxies = urlsplit(url), getproxies()
    is_near = proxy_bypass(parts.netloc.rpartition("@")[2])
    return not is_near and (parts.scheme in proxies or "all" in proxies)
