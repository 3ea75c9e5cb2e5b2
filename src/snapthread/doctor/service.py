"""A service as the doctor sees it: one request, one reply, whatever happens on the way.

Nothing that an exception says is kept: it may hold the address, and that may hold a token.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Literal, Self

import httpx2
import truststore

TIMEOUT_S: Final = 20.0
ANSWER_TIMEOUT_S: Final = 60.0  # of a question: a model may have to be loaded first
Lost = Literal["proxy", "unreachable", "certificate", "silent", "broken"]

LOST: Final[tuple[tuple[type[Exception], Lost], ...]] = (
    (httpx2.ProxyError, "proxy"),
    (httpx2.ConnectTimeout, "unreachable"),
    (httpx2.ConnectError, "unreachable"),
    (httpx2.TimeoutException, "silent"),
)
SENTENCES: Final[Mapping[Lost, str]] = {
    "proxy": "the proxy does not lead there",
    "unreachable": "it cannot be reached: check the address, and the way of the network there",
    "certificate": "its certificate is not trusted; name your own authority by SSL_CERT_FILE",
    "silent": "it takes the connection and does not answer",
    "broken": "the connection breaks, or what answers does not speak HTTP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`status` 0: there was none, and `lost` says why. `body`: its JSON object, or nothing."""

    status: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None  # by the service's own clock
    lost: Lost = "broken"

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def why(self) -> str:
        """Why there was no reply."""
        return SENTENCES[self.lost]


class Service:
    """One server, with what it has to be sent each time."""

    def __init__(
        self,
        url: str,
        *,
        proxy: str | None = None,
        headers: Mapping[str, str] | None = None,
        is_near: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`is_near`: on this machine, so that no proxy of the environment is meant."""
        self._url = url.rstrip("/")
        self._client = httpx2.AsyncClient(
            proxy=proxy,
            headers=headers,
            timeout=timeout_s,
            trust_env=not is_near,
            verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # whom the bot trusts
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def ask(self, method: str, path: str, **content: Any) -> Reply:
        """`content`: as httpx2 takes it (json, data, files, timeout)."""
        try:
            response = await self._client.request(method, f"{self._url}{path}", **content)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Reply(lost=_cause_of(error))
        return Reply(
            status=response.status_code,
            body=_body(response),
            at=_date(response.headers.get("date")),
        )


def _cause_of(error: Exception) -> Lost:
    if _is_about_certificate(error):
        return "certificate"
    return next((lost for kind, lost in LOST if isinstance(error, kind)), "broken")


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _body(response: httpx2.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
