"""Logs: one event and its fields a line on standard error, without secrets.

Libraries that log by themselves go the same way, from WARNING on: below it they tell addresses and
bodies.
"""

import logging
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog
from structlog.types import Processor

from snapthread.adapters.telemetry.lines import Line, as_console, as_json
from snapthread.adapters.telemetry.redact import redactor

LogFormat = Literal["console", "json"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def set_up(
    *,
    log_format: LogFormat = "console",
    log_level: LogLevel = "INFO",
    secrets: Iterable[str] = (),
    observers: Iterable[Processor] = (),
    stream: TextIO | None = None,
    keep_loggers: bool = False,
) -> None:
    """Configure the process's logging. Observers see every event of ours, whatever its level.

    `keep_loggers`: this is the process's last word; a later call changes only loggers that have
    not been used yet.
    """
    out = stream or sys.stderr
    level = logging.getLevelNamesMapping()[log_level]
    render = as_json if log_format == "json" else as_console(colours=out.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *observers,
            Line(level, render, redactor(secrets)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, _Unfailing(out))),
        cache_logger_on_first_use=keep_loggers,
    )
    loudest = max(level, logging.WARNING)  # of the handler too: a logger may have its own level
    logging.basicConfig(handlers=[_Libraries(loudest)], level=loudest, force=True)


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


class _Libraries(logging.Handler):
    """Hands a library's own log lines over to ours."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(
            logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING,
            "library.logged",
            logger=record.name,
            said=_message_of(record),
            exc_info=record.exc_info,
        )


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # the arguments do not fit the format
        return str(record.msg)
