"""`snapthread adopt`: the files of a first-generation bot."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapthread.cli.common import AsJson, progress_bar, run_command, tell

if TYPE_CHECKING:
    from snapthread.settings import Settings


def server(url: str) -> str:
    """The address of a server that can be connected to."""
    from snapthread.errors import StoreDenied
    from snapthread.store.first_generation import connect_to

    try:
        connect_to(url)
    except StoreDenied as denied:
        raise typer.BadParameter(f"{denied}.") from None
    return url


def adopt(
    redis: Annotated[
        str,
        typer.Option(
            "--redis", parser=server, metavar="URL", help="The Redis of the first-generation bot."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Take over the files of a first-generation bot, so that they are deleted in time."""
    from snapthread.app.opening import open_store
    from snapthread.clock import utc_now
    from snapthread.commands.legacy_import import LegacyImport
    from snapthread.store.first_generation import old_files
    from snapthread.texts import Texts

    async def work(settings: "Settings") -> dict[str, Any]:
        with progress_bar("LegacyImport") as progress:
            async with open_store(settings) as store, old_files(redis) as found:
                legacy_import = LegacyImport(
                    store=store,
                    texts=Texts.load(),
                    clock=utc_now,
                    language=settings.bot_language,
                    retention_days=settings.file_retention_days,
                )
                return asdict(await legacy_import.run(found, progress))

    tell(run_command(work, needs=()), as_json)
