"""`snapthread invite`: a link that lets people in, so many times and so long."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from snapthread.cli.common import COULD_NOT, AsJson, run_command, tell
from snapthread.clock import utc_now

if TYPE_CHECKING:
    from snapthread.settings import Settings


def invite(
    uses: Annotated[int, typer.Option(min=1, max=1000, help="How many people may come.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Make a link that lets people in, where ACCESS=invite."""
    from snapthread.app.opening import open_adapters
    from snapthread.model.people import OPERATOR

    async def work(settings: "Settings") -> str | None:
        if settings.access_mode != "invite":
            return None
        async with open_adapters(settings, creates_store=False) as adapters:
            name, now = await adapters.chat.name(), utc_now()
            code = await adapters.store.make_invite(
                now, by=OPERATOR, uses=uses, ends_at=now + timedelta(days=days)
            )
        return f"https://t.me/{name}?start={code}"

    link = run_command(work)
    if link is None:
        print("snapthread: nobody needs an invitation: set ACCESS=invite first.", file=sys.stderr)
        raise typer.Exit(COULD_NOT)
    if as_json:
        tell({"link": link, "uses": uses, "days": days}, as_json)
    else:
        print(link)
