"""Common parts of the commands: settings, failures as sentences, results, progress."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from snapthread.limits import USER_ID_MAX

if TYPE_CHECKING:
    from snapthread.errors import SnapthreadError
    from snapthread.settings import Settings
    from snapthread.wiring import FileComponents

DONE: Final = 0
COULD_NOT: Final = 1
WRONG_USE: Final = 2

T = TypeVar("T")
Progress = Callable[[int], None]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def user_id(written: str) -> int:
    """Telegram's number of a person."""
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= USER_ID_MAX):
        raise typer.BadParameter(
            f"{written!r} is not a Telegram user id: that is a whole number, such as 123456789."
        )
    return int(written)


UserId = Annotated[
    int, typer.Argument(parser=user_id, metavar="USER_ID", help="A Telegram user id, a number.")
]


def load(needs: Collection[str] | None = None) -> "Settings":
    """The settings, from the environment and .env; every problem is shown, then exit."""
    from snapthread.settings import RUN_NEEDS, SettingsError, load_settings

    try:
        return load_settings(
            os.environ, env_file=Path(".env"), needs=RUN_NEEDS if needs is None else needs
        )
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(WRONG_USE) from None


def with_maintenance(work: Callable[["FileComponents"], Awaitable[T]]) -> T:
    from snapthread.app.opening import open_maintenance

    async def opened(settings: "Settings") -> T:
        async with open_maintenance(settings) as maintenance:
            return await work(maintenance)

    return run_command(opened)


def run_command(
    work: Callable[["Settings"], Awaitable[T]], *, needs: tuple[str, ...] | None = None
) -> T:
    """Run a command's work; each failure of ours is a sentence, and the exit status 1."""
    import structlog

    from snapthread.adapters.telemetry.logs import set_up

    settings = load(needs)
    # What the command did is its result; the log of each step would hide it.
    set_up(log_format=settings.log_format, log_level="WARNING", secrets=settings.secrets)

    async def awaited() -> T:
        return await work(settings)

    try:
        return asyncio.run(awaited())
    except Exception as error:  # noqa: BLE001 - the end of the command: it never ends in silence
        sentences = sentences_of(error)
        if not sentences:  # a mistake of ours: its traceback must be redacted
            structlog.get_logger().exception("command.broke")
        for sentence in sentences:
            print(f"snapthread: {sentence}", file=sys.stderr)
    raise typer.Exit(COULD_NOT)


def sentences_of(error: BaseException) -> list[str]:
    """Sentences for one failure of ours, or for a group of them; none where any other is among
    them."""
    from snapthread.errors import SnapthreadError

    if isinstance(error, BaseExceptionGroup):
        told = [sentences_of(each) for each in error.exceptions]
        return [sentence for each in told for sentence in each] if all(told) else []
    if not isinstance(error, SnapthreadError):
        return []
    name = str(error) or type(error).__doc__ or type(error).__name__
    return [_away(error, name) or name]


def _away(error: "SnapthreadError", name: str) -> str:
    """A service that is away names itself by a code, or the name of an exception."""
    from snapthread.errors import ChatBusy, FilesBusy

    match error:
        case FilesBusy():
            return f"the server that holds the files does not answer just now ({name}): try again"
        case ChatBusy():
            return f"Telegram does not answer just now ({name}): try again"
    return ""


def tell(result: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        print(f"{name.replace('_', ' ')}: {value}")


def tell_done(
    is_done: bool, result: Mapping[str, Any], as_json: bool, *, done: str, otherwise: str
) -> None:
    """The result of something that could be done or not; exits with COULD_NOT where not."""
    if as_json:
        tell(result, as_json)
    elif is_done:
        print(done)
    if not is_done:
        print(f"snapthread: {otherwise}", file=sys.stderr)
        raise typer.Exit(COULD_NOT)


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
