"""`snapthread health`: does the bot of this store live?"""

from typing import TYPE_CHECKING

import typer

from snapthread.cli.common import COULD_NOT, run_command

if TYPE_CHECKING:
    from snapthread.settings import Settings


def health() -> None:
    """Exit with 0 where the bot of this store polled or heard a webhook within two minutes."""
    if not run_command(_is_alive, needs=()):
        print("No bot of this store has polled or heard a webhook within two minutes.")
        raise typer.Exit(COULD_NOT)


async def _is_alive(settings: "Settings") -> bool:
    """A store that is not there yet is not made by looking for it."""
    from snapthread.app.opening import open_store
    from snapthread.clock import utc_now
    from snapthread.intake.heartbeat import is_alive

    if not settings.has_store_server and not settings.sqlite_path.exists():
        return False
    async with open_store(settings) as store:
        return await is_alive(store, utc_now())
