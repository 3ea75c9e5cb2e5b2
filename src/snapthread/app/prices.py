"""Prices, and limits of money that they do not allow."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from snapthread.errors import SnapthreadError
from snapthread.model import Usage

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.prices import Prices
    from snapthread.ports.standings import PeopleList
    from snapthread.settings import Settings


class PriceMissing(SnapthreadError):
    """A model without a price, where a limit of money needs one."""


def load_prices(settings: Settings) -> Prices:
    """Raises SettingsError: a limit of money needs a price."""
    from snapthread.adapters.prices import Prices, PricesError
    from snapthread.settings import SettingsError

    try:
        prices = Prices.load(settings.prices_file)
    except PricesError as error:
        raise SettingsError(error.problems) from None
    if settings.money_limits and (whose := without_price(settings, prices)):
        needs = f"is set, but {whose} has no price: name it in PRICES_FILE."
        raise SettingsError([f"{name} {needs}" for name in settings.money_limits])
    return prices


def without_price(settings: Settings, prices: Prices) -> str | None:
    """The setting that names a model without a price: with it no limit of money would hold."""
    for model in settings.offer.every_model:
        if not prices.knows(model):
            return _setting_of(model, settings)
    speech = settings.transcription_model
    return "TRANSCRIPTION_MODEL" if speech and prices.speech_micros(speech, 1) is None else None


async def refuse_limits_without_price(
    people: PeopleList, settings: Settings, prices: Prices
) -> None:
    """Raises PriceMissing where somebody has a limit of money that would not hold: it was set when
    every model had a price."""
    whose = without_price(settings, prices)
    if whose is None:
        return
    if limited := await limited_in_dollars(people, settings):
        raise PriceMissing(
            f"{whose} has no price, so the limits in dollars of these people would not hold:"
            f" {', '.join(map(str, limited))}. Name it in PRICES_FILE, or lift each limit by"
            " `snapthread limit USER_ID cost=default month=default`."
        )


async def limited_in_dollars(people: PeopleList, settings: Settings) -> list[int]:
    """The people for whom a limit of money of their own holds: for no admin."""
    known = await people.people(limit=await people.count_people())
    limited = {person.user_id for person in known if person.limits.of_money}
    return sorted(limited - set(settings.admin_user_ids))


def _setting_of(model: str, settings: Settings) -> str:
    """The setting that names a model, and which of its models."""
    if model == settings.openai_model:
        return "OPENAI_MODEL"
    if model in settings.models:
        return f"model {settings.models.index(model) + 1} of MODELS"
    return "a model of PERSONAS_FILE"


def too_low(settings: Settings, prices: Prices) -> tuple[str, ...]:
    """The limits of money that not even one longest answer fits in."""
    longest = Usage(output_tokens=settings.openai_max_output_tokens)
    most = Decimal(prices.cost_micros(settings.openai_model, longest) or 0) / 1_000_000
    names = settings.money_limits
    return tuple(name for name in names if getattr(settings, name.lower()) < most)
