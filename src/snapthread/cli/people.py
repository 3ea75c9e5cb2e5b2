"""Common parts of the commands about people: `users`, `ban`, `unban`, `limit`."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from snapthread.cli.common import run_command

if TYPE_CHECKING:
    from snapthread.model.people import Person
    from snapthread.ports import Broadcasts, Invitations, Standings
    from snapthread.settings import Settings

    class PeopleStore(Standings, Broadcasts, Invitations, Protocol):
        """The store as commands about people need it."""


T = TypeVar("T")


def with_store(work: Callable[["PeopleStore", "Settings"], Awaitable[T]]) -> T:
    """On the bot's store, beside the running bot or without one."""
    from snapthread.app.opening import open_store

    async def opened(settings: "Settings") -> T:
        async with open_store(settings) as store:
            await store.find_people()
            return await work(store, settings)

    return run_command(opened, needs=())


def row_of(person: "Person") -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "name": person.name,
        "standing": person.standing,
        "is_banned": person.is_banned,
        "first_at": person.first_at.date().isoformat(),
        "last_at": person.last_at.date().isoformat(),
        "limits": person.limits.own_values(),
    }
