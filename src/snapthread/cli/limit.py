"""`snapthread limit`: one person's own limits, which win over everybody's."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from snapthread.cli.common import WRONG_USE, AsJson, UserId, tell
from snapthread.cli.people import with_store
from snapthread.clock import utc_now

if TYPE_CHECKING:
    from snapthread.cli.people import PeopleStore
    from snapthread.model.people import OwnLimits
    from snapthread.settings import Settings

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[NAME=NUMBER]...",
        help="messages, images, documents, voice (minutes) a day; cost a day, month a month"
        " (dollars); 0: no limit; default: the same as everyone. Nothing: show them.",
    ),
]


def limit(user_id: UserId, words: Words = None, as_json: AsJson = False) -> None:
    """Set or show a user's own limits: `limit 123 messages=50 cost=0.50`, `limit 123 default`."""
    from snapthread.model.people import NO_OWN_LIMITS, OPERATOR, read_limits, write_limits

    async def work(store: "PeopleStore", settings: "Settings") -> "OwnLimits":
        known = await store.person(user_id)
        limits = known.limits if known else NO_OWN_LIMITS
        if words:
            limits = read_limits(words, limits)
            _check_price(limits, settings)
            await store.set_limits(user_id, utc_now(), by=OPERATOR, limits=limits)
        return limits

    _check(words)
    limits = with_store(work)
    if as_json:
        tell({"user_id": user_id, "limits": limits.own_values()}, as_json)
    else:
        print(write_limits(limits) or f"User {user_id} has the same limits as everyone.")


def _check(words: list[str] | None) -> None:
    from snapthread.model.people import NO_OWN_LIMITS, WRITTEN, read_limits

    try:
        read_limits(words or [], NO_OWN_LIMITS)
    except ValueError as error:
        names = ", ".join(WRITTEN)
        print(
            f"snapthread: {str(error)!r} is no limit: write one of {names}, = and a number.",
            file=sys.stderr,
        )
        raise typer.Exit(WRONG_USE) from None


def _check_price(limits: "OwnLimits", settings: "Settings") -> None:
    """A limit of money holds only where every answer has a price."""
    from snapthread.app.prices import load_prices, without_price
    from snapthread.errors import SnapthreadError

    if limits.of_money and (whose := without_price(settings, load_prices(settings))):
        raise SnapthreadError(f"{whose} has no price, so a limit in dollars would not always hold")
