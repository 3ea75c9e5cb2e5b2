"""The prices of OpenAI in genai-prices, by our own sums: each of the library's takes 0.2 ms."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from snapthread.adapters.prices.price import Rates
from snapthread.model import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices

DollarsOf = Callable[[str, Usage], Decimal | None]
Steps = tuple[tuple[int, Rates], ...]  # of a request whose input is above this many tokens; falling


def library_prices() -> DollarsOf:
    """Its updater stays off."""
    # Imported here: the list is 1.6 MB of Python, and not every command needs it.
    from genai_prices.data_snapshot import get_snapshot

    snapshot = get_snapshot()
    known: dict[int, Steps | None] = {}  # by the identity of what the snapshot holds

    def dollars(model: str, usage: Usage) -> Decimal | None:
        try:
            _, info = snapshot.find_provider_model(model, None, "openai", None)
        except LookupError:
            return None
        price = info.get_prices(datetime.now(UTC))
        if id(price) not in known:
            known[id(price)] = steps_of(price)
        steps = known[id(price)]
        return None if steps is None else _rates(steps, usage.input_tokens).dollars(usage)

    return dollars


def steps_of(price: "ModelPrice") -> Steps | None:
    """None of a model of speech: it is priced by the hour, and its tokens are not free."""
    names = ("input_mtok", "cache_read_mtok", "cache_write_mtok", "output_mtok")
    plain, read, written, output = (getattr(price, name, None) for name in names)
    if plain is None or output is None:
        return None
    starts = {0} | {
        tier.start for each in (plain, read, written, output) for tier in getattr(each, "tiers", ())
    }
    return tuple(
        (
            start,
            Rates(
                input=_at(plain, start),
                cached_input=_at(plain if read is None else read, start),
                cache_write=_at(plain if written is None else written, start),
                output=_at(output, start),
            ),
        )
        for start in sorted(starts, reverse=True)
    )


def _at(price: "Decimal | TieredPrices", start: int) -> Decimal:
    """Prices of a request whose input is just above."""
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if tier.start <= start and start]
    return reached[-1] if reached else price.base


def _rates(steps: Steps, input_tokens: int) -> Rates:
    return next((rates for start, rates in steps if input_tokens > start), steps[-1][1])
