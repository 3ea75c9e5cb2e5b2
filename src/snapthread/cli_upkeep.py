"""The commands that mend and clean beside the bot: sweep, reconcile, erase, export."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from snapthread.limits import USER_ID_MAX

if TYPE_CHECKING:
    from snapthread.line import Upkeep
    from snapthread.settings import Settings

T = TypeVar("T")
Progress = Callable[[int], None]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
UserId = Annotated[
    int, typer.Argument(min=1, max=USER_ID_MAX, metavar="USER_ID", help="A Telegram user id.")
]


def register(cli: typer.Typer) -> None:
    cli.command()(sweep)
    cli.command()(reconcile)
    cli.command()(erase)
    cli.command()(export)


def sweep(as_json: AsJson = False) -> None:
    """Do the clean-up that is due now: old images leave, retired files are deleted."""

    async def work(upkeep: "Upkeep") -> dict[str, Any]:
        with progress_bar("Sweeping") as progress:
            return asdict(await upkeep.housekeeping.sweep(progress))

    tell(_with_upkeep(work), as_json)


def reconcile(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with what OpenAI holds, and mend both."""

    async def work(upkeep: "Upkeep") -> dict[str, Any]:
        with progress_bar("Looking at files") as progress:
            return asdict(await upkeep.reconcile.run(dry_run=dry_run, progress=progress))

    tell(_with_upkeep(work), as_json)


def erase(
    user_id: UserId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything held on a user, here and at OpenAI, and print the receipt."""
    if not yes:
        question = f"Delete everything held on user {user_id}? This cannot be undone."
        typer.confirm(question, abort=True, err=True)

    async def work(upkeep: "Upkeep") -> dict[str, Any]:
        with progress_bar("Deleting files") as progress:
            return asdict(await upkeep.erasing.erase(user_id, progress))

    tell(_with_upkeep(work), as_json)


def export(user_id: UserId) -> None:
    """Print everything held on a user, as one JSON document."""
    from snapthread.app import opened_store

    async def work(settings: "Settings") -> dict[str, Any]:
        async with opened_store(settings) as store:
            return await store.export(user_id)

    tell(run_command(work, needs=()), as_json=True)


# ---------------------------------------------------------------- what they share


def _with_upkeep(work: Callable[["Upkeep"], Awaitable[T]]) -> T:
    from snapthread.app import opened_upkeep

    async def opened(settings: "Settings") -> T:
        async with opened_upkeep(settings) as upkeep:
            return await work(upkeep)

    return run_command(opened)


def run_command(
    work: Callable[["Settings"], Awaitable[T]], *, needs: tuple[str, ...] | None = None
) -> T:
    """Run a command's work; what goes wrong is a sentence and an exit status."""
    from snapthread.cli import COULD_NOT, load
    from snapthread.errors import SnapthreadError
    from snapthread.telemetry import set_up

    settings = load(needs)
    # What the command did is its result; the log of each step would hide it.
    set_up(log_format=settings.log_format, log_level="WARNING", secrets=settings.secrets)

    async def awaited() -> T:
        return await work(settings)

    try:
        return asyncio.run(awaited())
    except SnapthreadError as error:
        print(f"snapthread: {error}", file=sys.stderr)
        raise typer.Exit(COULD_NOT) from None


def tell(result: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        print(f"{name.replace('_', ' ')}: {value}")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn(title), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda count: bar.advance(task, count)
