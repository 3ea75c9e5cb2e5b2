"""The cost of a turn: prices of models, and tokens turned into integer micro-dollars.

file.py     a file of prices, in TOML: a table for each model, dollars for a million tokens
library.py  the prices of OpenAI in genai-prices
price.py    a model's price, and the cost of tokens by it
prices.py   a model's price: from the operator's file, from genai-prices, or from our own few
"""

from snapthread.adapters.prices.file import PricesError
from snapthread.adapters.prices.prices import Prices

__all__ = ["Prices", "PricesError"]
