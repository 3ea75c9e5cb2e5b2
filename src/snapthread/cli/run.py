"""`snapthread run`: the bot itself."""

import sys
from typing import TYPE_CHECKING

import typer

from snapthread.cli.common import COULD_NOT, WRONG_USE, load

if TYPE_CHECKING:
    import socket

    from snapthread.settings import Settings


def run() -> None:
    """Serve people on Telegram until stopped; settings come from the environment and .env."""
    settings = load()
    listening = _begin(settings)

    import structlog

    from snapthread.adapters.telemetry import Metrics, set_up
    from snapthread.app import load_prices
    from snapthread.app import run as serve
    from snapthread.settings import SettingsError

    try:
        prices = load_prices(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None
    metrics = Metrics()
    set_up(
        log_format=settings.log_format,
        log_level=settings.log_level,
        secrets=settings.secrets,
        observe=metrics.observe,
    )
    try:
        status = serve(settings, metrics, prices, listening)
    except Exception:  # noqa: BLE001 - a mistake of ours: its traceback must be redacted
        structlog.get_logger().exception("bot.broke")
        status = COULD_NOT
    raise typer.Exit(status)


def _begin(settings: "Settings") -> "socket.socket | None":
    """The first line, and the port: before anything that takes time."""
    import structlog

    from snapthread.adapters.telemetry.logs import set_up
    from snapthread.adapters.web.listening import listen
    from snapthread.errors import Denied

    set_up(log_format=settings.log_format, log_level=settings.log_level, secrets=settings.secrets)
    structlog.get_logger().info("bot.starting")
    try:
        return listen(settings.http_host, settings.http_port)
    except Denied as denied:
        print(f"snapthread: {denied}", file=sys.stderr)
        raise typer.Exit(COULD_NOT) from None
