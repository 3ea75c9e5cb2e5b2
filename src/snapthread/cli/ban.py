"""`snapthread ban` and `snapthread unban`: who may not use the bot, whatever else holds."""

import sys
from typing import TYPE_CHECKING

import typer

from snapthread.cli.common import COULD_NOT, AsJson, UserId, tell
from snapthread.cli.people import with_store
from snapthread.clock import utc_now

if TYPE_CHECKING:
    from snapthread.cli.people import PeopleStore
    from snapthread.settings import Settings


def ban(user_id: UserId, as_json: AsJson = False) -> None:
    """Ban a user: from now on they get no answers, in groups either."""
    from snapthread.model.people import OPERATOR

    async def work(store: "PeopleStore", settings: "Settings") -> bool | None:
        if user_id in settings.admin_user_ids:
            return None
        return await store.ban(user_id, utc_now(), by=OPERATOR)

    done = with_store(work)
    if done is None:
        print(
            f"snapthread: user {user_id} is an admin: take them out of ADMIN_USER_IDS first.",
            file=sys.stderr,
        )
        raise typer.Exit(COULD_NOT)
    if as_json:
        tell({"user_id": user_id, "banned": done}, as_json)
    else:
        print(f"User {user_id} is banned{'' if done else ' already'}.")


def unban(user_id: UserId, as_json: AsJson = False) -> None:
    """Lift a ban, or an admin's refusal to let a user in."""
    from snapthread.model.people import OPERATOR

    async def work(store: "PeopleStore", _settings: "Settings") -> bool:
        return await store.unban(user_id, utc_now(), by=OPERATOR)

    done = with_store(work)
    if as_json:
        tell({"user_id": user_id, "unbanned": done}, as_json)
    else:
        print(f"User {user_id} is {'no longer' if done else 'not'} banned.")
