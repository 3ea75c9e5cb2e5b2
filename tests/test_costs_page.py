"""docs/costs.md says what the code counts."""

from snapthread.adapters.prices import Prices
from snapthread.settings import Settings
from tests.costs_page import DEFAULT, MODELS, PAGE, page


def test_the_page_is_what_the_code_counts() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale: make pages"


def test_every_model_of_the_page_has_a_price_and_eyes() -> None:
    told = page()
    assert [model for model in MODELS if f"| `{model}` |" not in told] == []


def test_a_minute_of_voice_costs_what_limits_reserve_for_it() -> None:
    prices = Prices.load(None)
    minute = prices.speech_micros("gpt-transcribe", 60)
    assert minute is not None
    assert f"`gpt-transcribe` ${minute / 1e6:.4f}" in page()
    assert Settings.model_fields["transcription_model"].default == DEFAULT
