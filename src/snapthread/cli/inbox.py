"""`snapthread inbox`: the messages that wait, and those that were put aside."""

import sys
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import COULD_NOT, WRONG_USE, AsJson, run_command, tell

if TYPE_CHECKING:
    from snapthread.model import QueuedMessage
    from snapthread.ports import QueueInspection
    from snapthread.settings import Settings

SHOWN: Final = 1000
UPDATE_ID_MAX: Final = 2**53  # Telegram's are far below


def inbox(
    dead: Annotated[
        bool, typer.Option("--dead", help="Show what was put aside after three attempts.")
    ] = False,
    replay: Annotated[
        int | None,
        typer.Option(
            "--replay",
            metavar="ID",
            min=1,
            max=UPDATE_ID_MAX,
            help="Ask the message with this id again.",
        ),
    ] = None,
    drop: Annotated[
        int | None,
        typer.Option(
            "--drop",
            metavar="ID",
            min=1,
            max=UPDATE_ID_MAX,
            help="Forget the message with this id, which was put aside.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which messages wait, or were put aside; never what they say."""
    from snapthread.app.opening import open_store

    if replay is not None and drop is not None:
        print("snapthread: --replay or --drop, not both.", file=sys.stderr)
        raise typer.Exit(WRONG_USE)

    async def work(settings: "Settings") -> dict[str, Any]:
        async with open_store(settings) as store:
            if replay is not None:
                return await _replay(store, replay)
            if drop is not None:
                return {"dropped": await store.drop_dead_letter(drop)}
            return await _list_messages(store, dead)

    result = run_command(work, needs=())
    acted = replay or drop
    if as_json:
        tell(result, as_json)
    elif acted is None:
        _print_table(result, dead)
    else:
        _tell_done(acted, "is asked again" if replay else "is dropped", is_found=_is_done(result))
    if acted is not None and not _is_done(result):
        raise typer.Exit(COULD_NOT)


def _is_done(result: dict[str, Any]) -> bool:
    (done,) = result.values()
    return bool(done)


def _tell_done(update_id: int, told: str, *, is_found: bool) -> None:
    if is_found:
        print(f"Message {update_id} {told}.")
        return
    print(
        f"snapthread: no message with the id {update_id} was put aside;"
        " `snapthread inbox --dead` shows those that were.",
        file=sys.stderr,
    )


async def _list_messages(store: "QueueInspection", dead: bool) -> dict[str, Any]:
    messages = await store.waiting(limit=SHOWN, dead=dead)
    return {"dead_letters" if dead else "waiting": [_row(message) for message in messages]}


async def _replay(store: "QueueInspection", update_id: int) -> dict[str, Any]:
    from snapthread.clock import utc_now

    return {"replayed": await store.replay(update_id, utc_now())}


def _row(message: "QueuedMessage") -> dict[str, Any]:
    return {
        "id": message.update_id,
        "conversation": message.conversation,
        "kind": message.kind,
        "since": message.arrived_at.isoformat(timespec="seconds"),
        "attempts": message.attempts,
        "is_held": message.is_held,
    }


def _print_table(result: dict[str, Any], dead: bool) -> None:
    (rows,) = result.values()
    if not rows:
        print("Nothing was put aside." if dead else "Nothing waits.")
    for row in rows:
        held = ", being answered" if row["is_held"] else ""
        print(
            f"{row['id']}  {row['since']}  {row['conversation']}  {row['kind']}"
            f"  attempts: {row['attempts']}{held}"
        )
    if dead and rows:
        print("snapthread inbox --replay ID asks one of them again, --drop ID forgets it.")
