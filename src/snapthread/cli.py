"""The command line. Each command imports what it needs when it runs, so that help is quick."""

import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from snapthread import cli_store, cli_upkeep

if TYPE_CHECKING:
    from snapthread.settings import Settings

DONE: Final = 0
COULD_NOT: Final = 1
WRONG_USE: Final = 2

cli = typer.Typer(
    name="snapthread",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks are not ours to redact
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("snapthread"))
        raise typer.Exit(DONE)


@cli.callback()
def _snapthread(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Snapthread connects people on Telegram with an OpenAI assistant that sees."""


cli_upkeep.register(cli)
cli_store.register(cli)


@cli.command()
def run() -> None:
    """Serve people on Telegram until stopped; settings come from the environment and .env."""
    settings = load()

    import structlog

    from snapthread.app import run as serve
    from snapthread.telemetry import Metrics, set_up

    metrics = Metrics()
    set_up(
        log_format=settings.log_format,
        log_level=settings.log_level,
        secrets=settings.secrets,
        observe=metrics.observe,
    )
    try:
        status = serve(settings, metrics)
    except Exception:  # noqa: BLE001 - a mistake of ours: its traceback must be redacted
        structlog.get_logger().exception("bot.broke")
        status = COULD_NOT
    raise typer.Exit(status)


@cli.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page; 0: any.")] = 8080,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    real_openai: Annotated[
        bool, typer.Option("--real-openai", help="Ask OpenAI, with the key that is set.")
    ] = False,
    real_telegram: Annotated[
        bool, typer.Option("--real-telegram", help="Serve Telegram, with the token that is set.")
    ] = False,
    install_offline: Annotated[
        bool, typer.Option("--install-offline", help="First install the offline model.")
    ] = False,
    stand_in: Annotated[
        bool, typer.Option("--stand-in", help="Answer without the offline model.")
    ] = False,
) -> None:
    """Show the whole product in a browser: no account, a store of its own, until Ctrl-C."""
    from snapthread.demo.options import CannotDemo, Options
    from snapthread.demo.run import demo as show
    from snapthread.settings import SettingsError

    try:
        show(
            Options(
                port=port,
                browser=not no_browser,
                real_openai=real_openai,
                real_telegram=real_telegram,
                install_offline=install_offline,
                stand_in=stand_in,
            )
        )
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None
    except CannotDemo as error:
        print(f"snapthread: {error}", file=sys.stderr)
        raise typer.Exit(COULD_NOT) from None


def load(needs: Collection[str] | None = None) -> "Settings":
    """The settings, from the environment and .env; every problem is told, then exit."""
    from snapthread.settings import RUN_NEEDS, SettingsError, load_settings

    try:
        return load_settings(
            os.environ, env_file=Path(".env"), needs=RUN_NEEDS if needs is None else needs
        )
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None


def main() -> None:
    cli(prog_name="snapthread")
