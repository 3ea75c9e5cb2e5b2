"""The fault of one request to OpenAI, read from every shape in which it is told.

Nothing that a service says is kept but short names: a message may quote the user or a key.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx2
import structlog

T = TypeVar("T")
log = structlog.get_logger()

# A name, never a sentence, a key ("sk-…") or what a user wrote.
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}((\.[a-z_]{1,64})|(\[\d{1,6}\]))*")
REQUEST_ID: Final = re.compile(r"req_[A-Za-z0-9]{1,64}")
SAID_IN_WORDS: Final = frozenset({400, 403, 404, 422})
REFUSAL_MAX: Final = 64 * 1024  # bytes of a refusal; OpenAI's have less than one thousand
WRAPPED_MAX: Final = 4  # an error within an error
FILE_ID: Final = re.compile(r"\bfile-[A-Za-z0-9_-]{1,64}")
# The request cannot have reached the server.
NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
# What a cut, slow or garbled answer raises; all else is a surprise.
EXPECTED: Final = (
    httpx2.HTTPError,
    httpx2.StreamError,
    OSError,  # TimeoutError too
    ValueError,  # JSON, UTF-8
    StopAsyncIteration,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure. `message` is for the table's patterns only; `str()` never shows it."""

    cause: type[BaseException] | None = None
    status: int | None = None
    code: str = ""
    type: str = ""
    param: str = ""
    message: str = field(default="", repr=False)
    request_id: str = ""
    retry_after_s: float | None = None
    is_sent: bool = True  # it may have reached the server

    def __str__(self) -> str:
        cause = "" if self.status or self.cause is None else self.cause.__name__
        status = str(self.status or "")
        param = f"param {self.param}" if NAME.fullmatch(self.param) else ""
        asked = self.request_id if REQUEST_ID.fullmatch(self.request_id) else ""
        said = (status, cause, *_names(self.code, self.type), param, asked)
        return ", ".join(filter(None, said))

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files that the failure names."""
        return tuple(dict.fromkeys(FILE_ID.findall(self.message)))


def _names(code: str, kind: str) -> tuple[str, ...]:
    return tuple(name for name in (code, kind) if NAME.fullmatch(name))[:1]


def fault_of_response(status: int, headers: httpx2.Headers, body: object) -> Fault:
    """From an answer of HTTP that is no success."""
    error = body.get("error", body) if isinstance(body, dict) else None
    return replace(
        fault_of_error(error),
        status=status,
        request_id=headers.get("x-request-id", ""),
        retry_after_s=retry_after_s(headers),
    )


def fault_of_error(error: object) -> Fault:
    """From an error event, the error of a failed response or the body of a refusal, whatever it
    holds; a proxy's page says nothing."""
    error = _innermost(error)
    if isinstance(error, str):
        return Fault(message=error)
    fields = error if isinstance(error, dict) else {}
    names = ("code", "message", "type", "param")
    code, message, kind, param = (_text(fields.get(name)) for name in names)
    return Fault(code=code, message=message or _detail(fields), type=kind, param=param)


def _innermost(error: object) -> object:
    """A gateway wraps the error of the server behind it, also as FastAPI's detail."""
    for _ in range(WRAPPED_MAX):
        match error:
            case {"error": dict() as inner} | {"detail": dict() as inner} if inner:
                error = inner
            case _:
                break
    return error


def _detail(fields: Mapping[str, object]) -> str:
    """Read the refusal of a request as FastAPI, which many servers stand on, words it."""
    match fields.get("detail"):
        case str(text):
            return text
        case [{"loc": [*where], "msg": str(text)}, *_]:
            return f"{text}: {'.'.join(map(str, where))}"
    return ""


def fault_of(error: Exception) -> Fault:
    """From what the transport raised."""
    if not isinstance(error, EXPECTED):
        log.warning("openai.unexpected", cause=type(error).__name__)
    return Fault(cause=type(error), is_sent=not isinstance(error, NOT_SENT))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def retry_after_s(headers: httpx2.Headers) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3); OpenAI also sends milliseconds."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value)


def _number(value: str | None) -> float | None:
    if value is None or not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value.strip()):
        return None
    return float(value)


def _seconds_until(value: str | None) -> float | None:
    try:
        at = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


async def attempt(request: Callable[[], Awaitable[T]], by: float) -> T | Fault:
    """The result, or why there is none before the loop's time `by`.

    A fault is a value, so that what is raised of it carries no exception of the transport with it.
    Whatever is raised below is the outside's failure; only a cancellation goes through.
    """
    try:
        async with asyncio.timeout_at(by):
            return await request()
    except Exception as error:  # noqa: BLE001
        return fault_of(error)


async def call(
    route: str, request: Callable[[], Awaitable[httpx2.Response]], by: float
) -> httpx2.Response | Fault:
    """One request, logged; a Fault unless it was a success."""
    start = time.monotonic()
    result = await attempt(request, by)
    if isinstance(result, httpx2.Response) and not result.is_success:
        result = await _read_refusal(result, by)
    fault = result if isinstance(result, Fault) else None
    code = "ok" if fault is None else str(fault)
    log.debug("openai.request", route=route, code=code, ms=round((time.monotonic() - start) * 1e3))
    return result


async def _read_refusal(response: httpx2.Response, by: float) -> Fault:
    """Read the body; one that is endless is not needed. Where it breaks off, and only its words
    would tell what is wrong, it is the connection that failed."""
    body = await attempt(lambda: _read_some(response), by)
    if not isinstance(body, Fault):
        return fault_of_response(response.status_code, response.headers, json_in(body))
    if response.status_code in SAID_IN_WORDS:
        return body
    return fault_of_response(response.status_code, response.headers, None)


async def _read_some(response: httpx2.Response) -> bytes:
    content = b""
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > REFUSAL_MAX:
                break
    finally:
        await response.aclose()
    return content


def json_in(content: bytes) -> object:
    """None where it is none: a proxy's page."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
