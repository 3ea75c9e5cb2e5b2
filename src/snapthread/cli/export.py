"""`snapthread export`: everything stored about one person, printed."""

from typing import TYPE_CHECKING, Any

from snapthread.cli.common import UserId, run_command, tell

if TYPE_CHECKING:
    from snapthread.settings import Settings


def export(user_id: UserId) -> None:
    """Print everything stored about a user, as one JSON document."""
    from snapthread.app.opening import open_store

    async def work(settings: "Settings") -> dict[str, Any]:
        async with open_store(settings) as store:
            return await store.export(user_id)

    tell(run_command(work, needs=()), as_json=True)
