"""The command line, a file a command; each imports what it needs when it runs: help is quick."""

import gc
import sys
from typing import Annotated, Final

import typer

from snapthread import __version__
from snapthread.cli.adopt import adopt
from snapthread.cli.backup import backup, restore
from snapthread.cli.ban import ban, unban
from snapthread.cli.broadcast import broadcast
from snapthread.cli.common import DONE
from snapthread.cli.demo import demo
from snapthread.cli.doctor import doctor
from snapthread.cli.erase import erase
from snapthread.cli.export import export
from snapthread.cli.health import health
from snapthread.cli.inbox import inbox
from snapthread.cli.invite import invite
from snapthread.cli.limit import limit
from snapthread.cli.reconcile import reconcile
from snapthread.cli.run import run
from snapthread.cli.sweep import sweep
from snapthread.cli.usage import usage
from snapthread.cli.users import users

# Allocations before garbage is looked for: what is imported stays, and looking it through again
# and again would be a tenth of a command. The bot looks as usual once it runs.
SELDOM: Final = 100_000

cli = typer.Typer(
    name="snapthread",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks are not ours to redact
)
for command in (
    sweep,
    reconcile,
    erase,
    export,
    inbox,
    adopt,
    usage,
    users,
    ban,
    unban,
    limit,
    invite,
    broadcast,
    backup,
    restore,
    doctor,
    health,
    run,
    demo,
):
    cli.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit(DONE)


@cli.callback()
def _snapthread(
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None:
    """Snapthread connects people on Telegram with an OpenAI assistant that sees."""
    _import_structlog_alone()


def _import_structlog_alone() -> None:
    """Without rich, which it takes along where it is there, for tracebacks that are not ours: it
    would be a sixth of a command's start. Afterwards rich can be imported as before."""
    if not {"structlog", "rich"} & sys.modules.keys():
        sys.modules["rich"] = None  # type: ignore[assignment]  # importing it fails
        import structlog  # noqa: F401

        del sys.modules["rich"]


def main() -> None:
    gc.set_threshold(SELDOM)
    cli(prog_name="snapthread")
