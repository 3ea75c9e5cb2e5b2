"""Costs of an attempt, by the price list: of its requests and sounds, or the most they can be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from snapthread.model import Usage
from snapthread.ports import PriceList
from snapthread.turn.speech import SpeechProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """In millionths of a dollar; None where a price is not known."""

    prices: PriceList
    speech: SpeechProfile

    def is_known(self, model: str) -> bool:
        one = Usage(input_tokens=1, output_tokens=1)
        return self.prices.cost_micros(model, one) is not None

    @property
    def has_speech_price(self) -> bool:
        model = self.speech.model
        return not model or self.prices.speech_micros(model, 1) is not None

    def of(self, model: str, usages: Sequence[Usage], voice_s: int) -> int | None:
        """The cost of requests, each priced by itself."""
        costs = [self.prices.cost_micros(model, usage) for usage in usages]
        known = [cost for cost in costs if cost is not None]
        return self._with_speech(sum(known) if len(known) == len(costs) else None, voice_s)

    def most_of(self, model: str, usage: Usage, voice_s: int) -> int | None:
        """Input written to the cache may cost more than plain input."""
        plain = self.prices.cost_micros(model, usage)
        in_cache = replace(usage, written_tokens=usage.input_tokens)
        written = self.prices.cost_micros(model, in_cache)
        most = None if plain is None or written is None else max(plain, written)
        return self._with_speech(most, voice_s)

    def _with_speech(self, cost_micros: int | None, voice_s: int) -> int | None:
        speech = self.prices.speech_micros(self.speech.model, voice_s) if voice_s else 0
        return None if cost_micros is None or speech is None else cost_micros + speech
