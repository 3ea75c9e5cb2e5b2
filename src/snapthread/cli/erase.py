"""`snapthread erase`: everything stored about one person, deleted."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapthread.cli.common import AsJson, UserId, progress_bar, tell, with_maintenance

if TYPE_CHECKING:
    from snapthread.wiring import FileComponents


def erase(
    user_id: UserId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete everything stored about a user, here and at OpenAI, and print the receipt."""
    if not yes:
        question = f"Delete everything stored about user {user_id}? This cannot be undone."
        typer.confirm(question, abort=True, err=True)

    async def work(maintenance: "FileComponents") -> dict[str, Any]:
        with progress_bar("Deleting files") as progress:
            return asdict(await maintenance.eraser.erase(user_id, progress))

    tell(with_maintenance(work), as_json)
