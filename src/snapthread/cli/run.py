"""`snapthread run`: the bot itself."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from snapthread import __version__
from snapthread.cli.common import COULD_NOT, WRONG_USE, load

if TYPE_CHECKING:
    import socket

    from snapthread.adapters.prices import Prices
    from snapthread.settings import Settings


def run() -> None:
    """Serve people on Telegram until stopped; settings come from the environment and .env."""
    from snapthread.cli.first_run import set_up_if_missing

    set_up_if_missing(os.environ)
    with _stopped_while_starting():
        _run(load())


@contextmanager
def _stopped_while_starting() -> Iterator[None]:
    """Until the bot itself hears signals, one ends the process at once: nothing has begun."""
    numbers = signal.SIGTERM, signal.SIGINT
    before = {number: signal.signal(number, _leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _run(settings: "Settings") -> None:
    _log_start(settings)
    may_be_wrong = settings.prices_file or settings.money_limits
    prices = _prices(settings) if may_be_wrong else None  # told before anything opens
    listening = _listen(settings)

    import structlog

    from snapthread.adapters.telemetry.telemetry import open_telemetry
    from snapthread.app.run import run as serve

    prices = prices or _prices(settings)
    telemetry = open_telemetry(
        version=__version__,
        log_format=settings.log_format,
        log_level=settings.log_level,
        secrets=settings.secrets,
        environ=os.environ,
    )
    try:
        status = serve(settings, telemetry, prices, listening)
    except Exception:  # noqa: BLE001 - a mistake of ours: its traceback must be redacted
        structlog.get_logger().exception("bot.broke")
        status = COULD_NOT
    finally:
        telemetry.close()
    raise typer.Exit(status)


def _prices(settings: "Settings") -> "Prices":
    from snapthread.app.prices import load_prices
    from snapthread.settings import SettingsError

    try:
        return load_prices(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None


def _log_start(settings: "Settings") -> None:
    """The first line, before anything that takes time."""
    import structlog

    from snapthread.adapters.telemetry.logs import set_up

    set_up(log_format=settings.log_format, log_level=settings.log_level, secrets=settings.secrets)
    structlog.get_logger().info("bot.starting")


def _listen(settings: "Settings") -> "socket.socket | None":
    """The port, before the rest is imported."""
    from snapthread.adapters.web.listening import listen
    from snapthread.errors import Denied

    try:
        return listen(settings.http_host, settings.http_port)
    except Denied as denied:
        print(f"snapthread: {denied}", file=sys.stderr)
        raise typer.Exit(COULD_NOT) from None
