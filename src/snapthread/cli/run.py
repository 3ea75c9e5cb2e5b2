"""`snapthread run`: the bot itself."""

import os
import sys

import typer

from snapthread.cli.common import COULD_NOT, WRONG_USE, load


def run() -> None:
    """Serve people on Telegram until stopped; settings come from the environment and .env."""
    from snapthread.cli.first_run import set_up_if_missing

    set_up_if_missing(os.environ)
    settings = load()

    from importlib.metadata import version

    import structlog

    from snapthread.adapters.telemetry import open_telemetry
    from snapthread.app import load_prices
    from snapthread.app import run as serve
    from snapthread.settings import SettingsError

    try:
        prices = load_prices(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None
    telemetry = open_telemetry(
        version=version("snapthread"),
        log_format=settings.log_format,
        log_level=settings.log_level,
        secrets=settings.secrets,
        environ=os.environ,
    )
    try:
        status = serve(settings, telemetry, prices)
    except Exception:  # noqa: BLE001 - a mistake of ours: its traceback must be redacted
        structlog.get_logger().exception("bot.broke")
        status = COULD_NOT
    finally:
        telemetry.close()
    raise typer.Exit(status)
