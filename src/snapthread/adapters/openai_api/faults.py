"""What went wrong with one request to OpenAI, read from every shape in which it is told.

Nothing that OpenAI or the SDK says is kept but short names: a message may quote the user or a key.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx2
import structlog
from openai import APIConnectionError, APIError, APIStatusError

T = TypeVar("T")
log = structlog.get_logger()

# A name, never a sentence, a key ("sk-…") or what a user wrote.
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}((\.[a-z_]{1,64})|(\[\d{1,6}\]))*")
REQUEST_ID: Final = re.compile(r"req_[A-Za-z0-9]{1,64}")
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
# What a cut, slow or garbled answer raises besides the SDK's own; all else is a surprise.
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
        told = (status, cause, *_names(self.code, self.type), param, asked)
        return ", ".join(filter(None, told))

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files that the failure names."""
        return tuple(dict.fromkeys(FILE_ID.findall(self.message)))


def _names(code: str, kind: str) -> tuple[str, ...]:
    return tuple(name for name in (code, kind) if NAME.fullmatch(name))[:1]


def told(error: object) -> Fault:
    """From an error event, or the error of a failed response, whatever it holds."""
    fields = error if isinstance(error, dict) else {}
    names = ("code", "message", "type", "param")
    code, message, kind, param = (_text(fields.get(name)) for name in names)
    return Fault(code=code, message=message, type=kind, param=param)


def fault_of(error: Exception) -> Fault:
    """From what the SDK or the transport raised."""
    match error:
        case APIStatusError():
            return _of_status(error)
        case APIConnectionError():
            return Fault(cause=type(error), is_sent=not isinstance(error.__cause__, NOT_SENT))
        case APIError():  # an error event of a stream, nested
            return Fault(cause=type(error), code=error.code or "", message=_message(error))
    if not isinstance(error, EXPECTED):
        log.warning("openai.unexpected", cause=type(error).__name__)
    return Fault(cause=type(error))


def _of_status(error: APIStatusError) -> Fault:
    return Fault(
        cause=type(error),
        status=error.status_code,
        code=error.code or "",
        type=_text(error.type),
        param=_text(error.param),
        message=_message(error),
        request_id=error.request_id or "",
        retry_after_s=retry_after_s(error.response.headers),
    )


def _message(error: APIError) -> str:
    """As OpenAI words it; empty where the answer is not in OpenAI's shape (a proxy's page)."""
    return _text(error.body.get("message")) if isinstance(error.body, dict) else ""


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

    A fault is a value, so that what is raised of it carries no exception of the SDK with it.
    Whatever is raised below is the outside's failure; only a cancellation goes through.
    """
    try:
        async with asyncio.timeout_at(by):
            return await request()
    except Exception as error:  # noqa: BLE001
        return fault_of(error)


async def call(route: str, request: Callable[[], Awaitable[T]], by: float) -> T | Fault:
    """One request, told to the log."""
    start = time.monotonic()
    result = await attempt(request, by)
    fault = result if isinstance(result, Fault) else None
    code = "ok" if fault is None else str(fault)
    log.debug("openai.request", route=route, code=code, ms=round((time.monotonic() - start) * 1e3))
    return result
