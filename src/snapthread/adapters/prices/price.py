"""A model's price, and the cost of tokens by it. Pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from snapthread.model import Usage

PER: Final = 1_000_000  # tokens that a price is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Dollars for a million tokens of each kind."""

    input: Decimal
    cached_input: Decimal
    cache_write: Decimal
    output: Decimal

    def dollars(self, usage: Usage) -> Decimal:
        read, written = cache_tokens(usage)
        plain = usage.input_tokens - read - written
        return (
            plain * self.input
            + read * self.cached_input
            + written * self.cache_write
            + usage.output_tokens * self.output
        ) / PER


@dataclass(frozen=True, slots=True, kw_only=True)
class LongContext:
    """The rates of a whole request whose input is above this many tokens."""

    above_tokens: int
    rates: Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price of tokens, or of a minute of sound, never of both."""

    rates: Rates | None = None
    long_context: LongContext | None = None
    minute: Decimal | None = None

    def dollars(self, usage: Usage) -> Decimal | None:
        if self.rates is None:
            return None
        if self.long_context and usage.input_tokens > self.long_context.above_tokens:
            return self.long_context.rates.dollars(usage)
        return self.rates.dollars(usage)


def cache_tokens(usage: Usage) -> tuple[int, int]:
    """Input tokens read from the cache and written to it; a server that counts more than the

    input is not believed.
    """
    read = min(usage.cached_tokens, usage.input_tokens)
    return read, min(usage.written_tokens, usage.input_tokens - read)


def micros(dollars: Decimal) -> int:
    """Rounded up: what costs something is never recorded as free, and no limit is passed by it."""
    return int((dollars * 1_000_000).to_integral_value(ROUND_CEILING))
