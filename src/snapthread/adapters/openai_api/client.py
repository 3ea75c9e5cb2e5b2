"""The one HTTP client to OpenAI, or to whatever speaks its language at `base_url`."""

from typing import Final

import httpx2
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from snapthread.limits import NEXT_EVENT_S, UPLOAD_S

# Our own limits end a wait first; these are the net below them.
TIMEOUT: Final = httpx2.Timeout(
    connect=10.0, read=NEXT_EVENT_S + 5, write=UPLOAD_S, pool=NEXT_EVENT_S
)
# MAX_PARALLEL_TURNS goes up to 1000, each with a stream; uploads and deletions come on top.
LIMITS: Final = httpx2.Limits(
    max_connections=1100, max_keepalive_connections=100, keepalive_expiry=30.0
)


def make_client(
    api_key: str,
    base_url: str | None = None,
    *,
    proxy: str | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncOpenAI:
    """A client that never repeats a request: what may be repeated, the line decides."""
    http = DefaultAsyncHttpx2Client(
        transport=transport, proxy=proxy, timeout=TIMEOUT, limits=LIMITS
    )
    client = AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, http_client=http)
    _import_now(client)
    return client


def _import_now(client: AsyncOpenAI) -> object:
    """The SDK imports a resource at its first use: half a second, at the start and not then."""
    return client.responses, client.files
