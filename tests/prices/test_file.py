"""The operator's price file: what is wrong with it is told, all at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from snapthread.adapters.prices import PricesError
from snapthread.adapters.prices.file import read_prices
from snapthread.adapters.prices.price import LongContext, Price, Rates

NUMBER = "must be dollars for a million tokens: a number, 0 or more."
KEYS = "input, cached_input, cache_write, output and long_context"
ABOVE = "needs above_tokens: a whole number of input tokens above 0."


def _problems(folder: Path, content: str) -> list[str]:
    file = folder / "prices.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(PricesError) as raised:
        read_prices(file)
    return raised.value.problems


def test_the_example_of_the_docs_is_read(tmp_path: Path) -> None:
    _, _, rest = Path("docs/prices.md").read_text("utf-8").partition("```toml\n")
    file = tmp_path / "prices.toml"
    file.write_text(rest.partition("```")[0], "utf-8")

    rates = Rates(
        input=Decimal("2.00"),
        cached_input=Decimal("0.10"),
        cache_write=Decimal("2.50"),
        output=Decimal("10.00"),
    )
    long_rates = Rates(
        input=Decimal("4.00"),
        cached_input=Decimal("0.20"),
        cache_write=Decimal("5.00"),
        output=Decimal("15.00"),
    )
    free = Rates(
        input=Decimal(0), cached_input=Decimal(0), cache_write=Decimal(0), output=Decimal(0)
    )
    assert read_prices(file) == {
        "gpt-transcribe": Price(minute=Decimal("0.0045")),
        "gpt-6.2-sol": Price(
            rates=rates, long_context=LongContext(above_tokens=272_000, rates=long_rates)
        ),
        "my-local-model": Price(rates=free),
    }


def test_a_minute_must_be_a_number(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["a"]\nminute = "free"\n')
    with pytest.raises(PricesError) as error:
        read_prices(file)
    told = "PRICES_FILE: [a] minute must be dollars for a minute: a number, 0 or more."
    assert error.value.problems == [told]


def test_an_empty_file_has_no_prices(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text("")
    assert read_prices(file) == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[m]\ninput = 1\n", "[m] needs output."),
        ("[m]\noutput = 1\n", "[m] needs input."),
        ("[m]\ninput = -1\noutput = 1\n", f"[m] input {NUMBER}"),
        ("[m]\ninput = 'a'\noutput = 1\n", f"[m] input {NUMBER}"),
        ("[m]\ninput = true\noutput = 1\n", f"[m] input {NUMBER}"),
        ("[m]\ninput = nan\noutput = 1\n", f"[m] input {NUMBER}"),
        ("[m]\ninput = inf\noutput = 1\n", f"[m] input {NUMBER}"),
        ("[m]\ninput = 2_000_000\noutput = 1\n", f"[m] input {NUMBER}"),
        (
            "[m]\ninput = 1\noutput = 1\nimages = 3\n",
            f"[m] has images, which is none of {KEYS}.",
        ),
        ("input = 1\n", 'input stands outside a table: begin with ["a model\'s id"].'),
        ("[m]\ninput = 1\noutput = 1\nlong_context = 3", "[m.long_context] must be a table."),
        (
            "[m]\ninput = 1\noutput = 1\n[m.long_context]\ninput = 1\noutput = 1",
            f"[m.long_context] {ABOVE}",
        ),
        (
            "[m]\ninput = 1\noutput = 1\n[m.long_context]\nabove_tokens = 0\ninput = 1\noutput = 1",
            f"[m.long_context] {ABOVE}",
        ),
    ],
)
def test_a_wrong_entry_is_told_in_a_sentence(tmp_path: Path, content: str, problem: str) -> None:
    assert _problems(tmp_path, content) == [f"PRICES_FILE: {problem}"]


def test_an_id_whose_dot_made_it_two_tables_is_understood(tmp_path: Path) -> None:
    problems = _problems(tmp_path, "[gpt-6.2-sol]\ninput = 1\noutput = 1\n")
    assert problems[0] == (
        "PRICES_FILE: [gpt-6] holds a table 2-sol: a model's id with a dot in it needs quotes."
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    assert len(_problems(tmp_path, "[a]\ninput = -1\noutput = -1\n[b]\n")) == 4


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    [problem] = _problems(tmp_path, "[a\n")
    assert problem.startswith("PRICES_FILE is not TOML: ")
    assert "line 1" in problem


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "prices.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PricesError, match="PRICES_FILE names a file that cannot be read"):
        read_prices(file)
