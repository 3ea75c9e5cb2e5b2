"""`snapthread invite`: links that let people in, for a number of people and of days."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import COULD_NOT, WRONG_USE, AsJson, run_command, tell, tell_done
from snapthread.cli.people import with_store
from snapthread.clock import utc_now

if TYPE_CHECKING:
    from snapthread.cli.people import PeopleStore
    from snapthread.model.people import Invite
    from snapthread.settings import Settings

SHOWN: Final = 1000


def invite(
    uses: Annotated[int, typer.Option(min=1, max=1000, help="How many people may come.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=365, help="For how many days.")] = 7,
    show: Annotated[bool, typer.Option("--list", help="Show those that still let in.")] = False,
    end: Annotated[
        str | None,
        typer.Option("--end", metavar="ID", help="End one early, by its id or its link."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a link that lets people in, where ACCESS=invite; show such links, or end one."""
    if show and end is not None:
        print("snapthread: --list or --end, not both.", file=sys.stderr)
        raise typer.Exit(WRONG_USE)
    if show:
        _show(as_json=as_json)
    elif end is not None:
        _end(end, as_json=as_json)
    else:
        _make(uses, days, as_json=as_json)


def _make(uses: int, days: int, *, as_json: bool) -> None:
    from snapthread.app.opening import open_adapters
    from snapthread.model.people import OPERATOR, invite_id

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
        tell({"link": link, "id": invite_id(link), "uses": uses, "days": days}, as_json)
    else:
        print(link)


def _show(*, as_json: bool) -> None:
    async def work(store: "PeopleStore", _settings: "Settings") -> "tuple[Invite, ...]":
        return await store.open_invites(utc_now(), limit=SHOWN)

    rows = [_row(each) for each in with_store(work)]
    if as_json:
        tell({"invitations": rows}, as_json)
        return
    for row in rows:
        print("  ".join(f"{name}: {value}" for name, value in row.items()))
    print("snapthread invite --end ID ends one early." if rows else "No invitation is open.")


def _end(told: str, *, as_json: bool) -> None:
    from snapthread.model.people import OPERATOR, invite_id

    id = invite_id(told)

    async def work(store: "PeopleStore", _settings: "Settings") -> bool:
        return await store.end_invite(id, utc_now(), by=OPERATOR)

    is_done = with_store(work)
    tell_done(
        is_done,
        {"id": id, "ended": is_done},
        as_json,
        done="Ended: nobody comes by this link any more. Whoever came stays.",
        otherwise="no open invitation is that; `snapthread invite --list` shows them.",
    )


def _row(each: "Invite") -> dict[str, Any]:
    """Without its link."""
    return {
        "id": each.id,
        "ends": each.ends_at.isoformat(timespec="seconds"),
        "people": each.uses,
        "came": each.used,
        "made_by": each.made_by,
    }
