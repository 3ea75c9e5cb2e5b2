"""`snapthread users`: the people of the bot, and what was decided about them."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import AsJson
from snapthread.cli.people import row_of, with_store

if TYPE_CHECKING:
    from snapthread.cli.people import PeopleStore
    from snapthread.model.people import Person
    from snapthread.settings import Settings

SHOWN: Final = 100_000


def users(
    banned: Annotated[bool, typer.Option("--banned", help="Only those who are banned.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show who uses the bot, was let in or banned, and whose limits are their own."""

    async def work(store: "PeopleStore", _settings: "Settings") -> tuple["Person", ...]:
        return await store.people(limit=SHOWN, banned=banned)

    rows = [row_of(person) for person in with_store(work)]
    if as_json:
        print(json.dumps({"users": rows}, ensure_ascii=False))
    else:
        _show(rows)


def _show(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("Nobody.")
    for row in rows:
        told = [row["standing"], "banned" if row["is_banned"] else "", row["name"]]
        limits = ", ".join(f"{name}={value}" for name, value in row["limits"].items())
        words = "  ".join(filter(None, [*told, limits]))
        print(f"{row['user_id']}  {row['first_at']} – {row['last_at']}  {words}".rstrip())
