"""docs/costs.md says what the code counts."""

from tests.costs_page import MODELS, PAGE, page


def test_the_page_is_what_the_code_counts() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale: make pages"


def test_every_model_of_the_page_has_a_price_and_eyes() -> None:
    told = page()
    assert [model for model in MODELS if f"| `{model}` |" not in told] == []
