"""Our sums over the library's prices are the library's own."""

from itertools import product

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot

from snapthread.adapters.prices.library import library_prices
from snapthread.model import Usage

DOLLARS = library_prices()
(OPENAI,) = [each for each in get_snapshot().providers if each.id == "openai"]
MODELS = [model.id for model in OPENAI.models if ":" not in model.id]  # fine-tuned: no id at all
USAGES = [
    Usage(input_tokens=plain + read + written, cached_tokens=read, written_tokens=written, **out)
    for plain, read, written in product((0, 999, 128_001, 272_000), (0, 1, 90_000), (0, 7000))
    for out in ({}, {"output_tokens": 1}, {"output_tokens": 4096})
]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_costs_what_the_library_says(model: str) -> None:
    for usage in USAGES:
        counted = genai_prices.Usage(
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cached_tokens,
            cache_write_tokens=usage.written_tokens,
            output_tokens=usage.output_tokens,
        )
        cost = genai_prices.calc_price(counted, model, provider_id="openai")
        per_token = (cost.model_price.input_mtok, cost.model_price.output_mtok)
        assert DOLLARS(model, usage) == (None if None in per_token else cost.total_price)
