"""Logs: one event and its fields a line on standard error, without secrets.

Libraries that log by themselves (openai, httpx2, aiohttp) go the same way, from WARNING
on: below it they tell addresses and bodies.
"""

import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, Literal, TextIO, cast
from urllib.parse import quote

import structlog
from structlog.types import EventDict, Processor

STARS: Final = "***"
TELEGRAM_TOKEN: Final = r"\d{6,}(?::|%3A)[\w-]{30,}"  # also as an address writes it
OPENAI_KEY: Final = r"\bsk-[\w-]{8,}"
# What pydantic quotes where an answer is not as expected may be what somebody wrote.
QUOTED_INPUT: Final = r"(?s:(?<=input_value=).*?(?=, input_type=))"
SHORTEST_SECRET: Final = 8  # a shorter one (of a double) would blot out common words

LogFormat = Literal["console", "json"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def set_up(
    *,
    log_format: LogFormat = "console",
    log_level: LogLevel = "INFO",
    secrets: Iterable[str] = (),
    observe: Processor | None = None,
    stream: TextIO | None = None,
) -> None:
    """Configure the process's logging. `observe` sees every event of ours, whatever its level."""
    out = stream or sys.stderr
    level = logging.getLevelNamesMapping()[log_level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *([observe] if observe else []),
            _From(level),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            Redact(secrets),
            _renderer(log_format, out),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Unfailing(out))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=max(level, logging.WARNING), force=True)


class _Unfailing:
    """The stream of lines; where nobody reads them any more, the bot goes on without them."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # a pipe that broke, a disk that is full, a closed file
            self._out.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._out.flush()


class Redact:
    """A processor: no string of an event holds a secret, however deep, nor does a traceback."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        held = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
        spelled = [re.escape(form) for secret in held for form in (secret, quote(secret, safe=""))]
        self._secret = re.compile("|".join([QUOTED_INPUT, *spelled, TELEGRAM_TOKEN, OPENAI_KEY]))

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self._secret.sub(STARS, value)
            case dict():
                return {str(self._clean(key)): self._clean(each) for key, each in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean(each) for each in value]
            case _:
                return self._secret.sub(STARS, repr(value))


class _From:
    """A processor that drops what is below a level; it comes after those that see everything."""

    def __init__(self, level: int) -> None:
        self._level = level

    def __call__(self, _logger: object, method: str, event: EventDict) -> EventDict:
        if logging.getLevelNamesMapping()[method.upper()] < self._level:
            raise structlog.DropEvent
        return event


class _Libraries(logging.Handler):
    """Hands a library's own log lines over to ours."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING,
            "library.logged",
            logger=record.name,
            said=_said(record),
            exc_info=record.exc_info,
        )


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # the arguments do not fit the format
        return str(record.msg)


def _renderer(log_format: LogFormat, out: TextIO) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    # The default formatter of tracebacks shows local variables, and so secrets.
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
