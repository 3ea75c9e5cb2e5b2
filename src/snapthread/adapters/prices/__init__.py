"""The cost of a turn: prices of models, and tokens turned into integer micro-dollars."""

from snapthread.adapters.prices.file import PricesError
from snapthread.adapters.prices.prices import Prices

__all__ = ["Prices", "PricesError"]
