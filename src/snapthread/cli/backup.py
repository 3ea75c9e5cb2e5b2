"""`snapthread backup` and `snapthread restore`: the store's file, kept and brought back."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import AsJson, run_command, tell

if TYPE_CHECKING:
    from snapthread.settings import Settings

ON_A_SERVER: Final = (
    "the store is on Redis or Valkey, whose own files are its backup: docs/backup.md tells how"
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def backup(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where FILE exists, put the new one in its place.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the store into FILE, beside the running bot, and check the copy."""

    async def work(settings: "Settings") -> dict[str, Any]:
        from snapthread.clock import utc_now
        from snapthread.store.sqlite.file.backup import backup as copy

        return asdict(copy(_store_of(settings), file, replace=replace, now=utc_now()))

    tell(run_command(work, needs=()), as_json)


def restore(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the store what FILE holds, where no bot runs; the old store is kept beside it."""
    if not yes:
        question = f"Put {file} in the place of the store? What came since is not in it."
        typer.confirm(question, abort=True, err=True)

    async def work(settings: "Settings") -> dict[str, Any]:
        from snapthread.clock import utc_now
        from snapthread.store.sqlite.file.backup import note_backup
        from snapthread.store.sqlite.file.backup import restore as bring_back
        from snapthread.store.sqlite.file.examining import examine

        store = _store_of(settings)
        await _try(file)
        aside = bring_back(file, store, utc_now())
        # Of itself it knows nothing: a backup is written down once it was made.
        note_backup(store, datetime.fromtimestamp(file.stat().st_mtime, UTC))
        return {**asdict(examine(store)), "kept": str(aside) if aside else None}

    tell(run_command(work, needs=()), as_json)
    if not as_json:
        print("Now: snapthread reconcile, then start the bot.")


async def _try(file: Path) -> None:
    """Open a copy of it, as the bot will: raises what the bot would end with, StoreTooNew too."""
    from tempfile import TemporaryDirectory

    from snapthread.store import Store
    from snapthread.store.sqlite.file.backup import backup as copy

    with TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.db"
        copy(file, trial, images=False)
        await (await Store.open(trial, create=False)).close()


def _store_of(settings: "Settings") -> Path:
    from snapthread.errors import BackupRefused

    if settings.has_store_server:
        raise BackupRefused(ON_A_SERVER)
    return settings.sqlite_path
