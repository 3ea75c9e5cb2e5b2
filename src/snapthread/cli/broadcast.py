"""`snapthread broadcast`: a message to everybody, which the running bot sends."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import WRONG_USE, AsJson, tell, tell_done
from snapthread.cli.people import with_store
from snapthread.clock import utc_now

if TYPE_CHECKING:
    from snapthread.cli.people import PeopleStore
    from snapthread.model.people import Broadcast
    from snapthread.settings import Settings

SHOWN: Final = 20


def broadcast(
    text: Annotated[str | None, typer.Argument(help="What everybody is to read.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    stop: Annotated[
        str | None, typer.Option("--stop", metavar="ID", help="End one that is being sent.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send a message to everybody who may use the bot, or show how far the last are."""
    if text is not None and stop is not None:
        print("snapthread: a message to send, or --stop, not both.", file=sys.stderr)
        raise typer.Exit(WRONG_USE)
    if text is not None:
        _start(text, yes=yes, as_json=as_json)
    elif stop is not None:
        _stop(stop, as_json=as_json)
    else:
        _show(as_json=as_json)


def _start(text: str, *, yes: bool, as_json: bool) -> None:
    from snapthread.commands.broadcast_commands import BROADCAST_CHARS, can_be_broadcast
    from snapthread.model.people import OPERATOR

    if not can_be_broadcast(text.strip()):
        print(f"snapthread: write 1 to {BROADCAST_CHARS} characters.", file=sys.stderr)
        raise typer.Exit(WRONG_USE)

    async def count(store: "PeopleStore", _settings: "Settings") -> int:
        return await store.count_people()

    if not yes:
        print(text, file=sys.stderr)
        known = with_store(count)
        question = f"Send this to everybody who may use the bot? People it knows: {known}."
        typer.confirm(question, abort=True, err=True)

    async def work(store: "PeopleStore", _settings: "Settings") -> str:
        id = await store.draft_broadcast(text.strip(), utc_now(), by=OPERATOR)
        await store.start_broadcast(id, utc_now(), by=OPERATOR)
        return id

    id = with_store(work)
    if as_json:
        tell({"id": id}, as_json)
    else:
        print(f"The running bot sends it. `snapthread broadcast` shows how far it is: {id}")


def _stop(id: str, *, as_json: bool) -> None:
    from snapthread.model.people import OPERATOR

    async def work(store: "PeopleStore", _settings: "Settings") -> bool:
        return await store.drop_broadcast(id, utc_now(), by=OPERATOR)

    is_done = with_store(work)
    tell_done(
        is_done,
        {"id": id, "stopped": is_done},
        as_json,
        done="Stopped: whoever was not reached yet will not read it.",
        otherwise=f"nothing with the id {id} is being sent.",
    )


def _show(*, as_json: bool) -> None:
    async def work(store: "PeopleStore", _settings: "Settings") -> tuple["Broadcast", ...]:
        return await store.recent_broadcasts(limit=SHOWN)

    rows = [_row(each) for each in with_store(work) if each.state != "draft"]
    if as_json:
        print(json.dumps({"broadcasts": rows}))
        return
    for row in rows:
        print("  ".join(f"{name}: {value}" for name, value in row.items()))
    if not rows:
        print("Nothing was sent to everybody yet.")


def _row(each: "Broadcast") -> dict[str, Any]:
    """Without its text."""
    return {
        "id": each.id,
        "at": each.at.isoformat(timespec="seconds"),
        "state": each.state,
        "sent": each.sent,
        "blocked": each.blocked,
        "failed": each.failed,
    }
