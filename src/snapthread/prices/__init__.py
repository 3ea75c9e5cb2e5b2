"""What a turn costs: prices of models, and tokens turned into integer micro-dollars."""

from snapthread.prices.file import PricesError
from snapthread.prices.prices import Prices

__all__ = ["Prices", "PricesError"]
