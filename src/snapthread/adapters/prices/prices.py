"""Sources of a model's price: first the operator's file, then genai-prices, then our own few."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from snapthread.adapters.prices.file import read_prices
from snapthread.adapters.prices.library import DollarsOf, library_prices
from snapthread.adapters.prices.price import Price, micros
from snapthread.model import Usage

KNOWN: Final = Path(__file__).with_name("known.toml")
_SNAPSHOT: Final = re.compile(r"-20\d\d-?\d\d-?\d\d$")  # a dated id costs what its model costs
_ONE_TOKEN_EACH: Final = Usage(input_tokens=1, output_tokens=1)


class Prices:
    """Costs by the price lists of this installation. No network, ever."""

    def __init__(self, own: Mapping[str, Price], library: DollarsOf, known: Mapping[str, Price]):
        self._lists: tuple[DollarsOf, ...] = (_dollars_of(own), library, _dollars_of(known))
        self._speech = (own, known)  # the library knows prices by the hour, and not these models

    @classmethod
    def load(cls, path: Path | None) -> "Prices":
        """Reads the lists, for a second or two: before the loop runs. Raises PricesError."""
        own = read_prices(path) if path else {}
        return cls(own, library_prices(), read_prices(KNOWN))

    def knows(self, model: str) -> bool:
        return self.cost_micros(model, _ONE_TOKEN_EACH) is not None

    def speech_micros(self, model: str, seconds: int) -> int | None:
        """In millionths of a dollar, rounded up; None where nobody knows the model's price."""
        for listed in self._speech:
            price = _price_of(listed, model)
            if price and price.minute is not None:
                return micros(price.minute * seconds / 60)
        return None

    def cost_micros(self, model: str, usage: Usage) -> int | None:
        """In millionths of a dollar, rounded up; None where nobody knows the model's price."""
        for dollars in self._lists:
            cost = dollars(model, usage)
            if cost is not None:
                return micros(cost)
        return None


def _dollars_of(prices: Mapping[str, Price]) -> DollarsOf:
    def dollars(model: str, usage: Usage) -> Decimal | None:
        price = _price_of(prices, model)
        return price.dollars(usage) if price else None

    return dollars


def _price_of(prices: Mapping[str, Price], model: str) -> Price | None:
    return prices.get(model) or prices.get(_SNAPSHOT.sub("", model))
