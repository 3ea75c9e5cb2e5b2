"""Costs by hand, to the micro-dollar, from OpenAI's price list of November 2026."""

import subprocess
import sys
from pathlib import Path

import pytest

from snapthread.adapters.prices import Prices
from snapthread.model import Usage

PRICES = Prices.load(None)


def _usage(
    plain: int = 0, read: int = 0, written: int = 0, output: int = 0, reasoning: int = 0
) -> Usage:
    return Usage(
        input_tokens=plain + read + written,
        cached_tokens=read,
        written_tokens=written,
        output_tokens=output,
        reasoning_tokens=reasoning,
    )


# A price in dollars for a million tokens is one in micro-dollars for one token.
BY_HAND = {
    "plain": ("gpt-6-luna", _usage(10_000, output=1000), 1500),  # 10,000·0.10 + 1,000·0.50
    "cached and written": (
        "gpt-6-luna",
        _usage(2000, read=2000, written=1000, output=300),
        495,  # 200 + 20 + 125 + 150
    ),
    "reasoning is output": (
        "gpt-6.1-terra",
        _usage(1000, output=500, reasoning=400),
        3500,  # 1,000·1 + 500·5: the 400 are among the 500
    ),
    "a written cache without a price of its own": (
        "gpt-5.5",
        _usage(2000, read=2000, written=1000, output=300),
        25_000,  # 3,000·5 + 2,000·0.50 + 300·30
    ),
    "up to the long context": ("gpt-6-luna", _usage(272_000), 27_200),
    "long context": (
        "gpt-6-luna",
        _usage(150_000, read=100_000, written=50_000, output=1000),
        45_250,  # all at twice, output at 1.5 times: 30,000 + 2,000 + 12,500 + 750
    ),
    "no long context": ("gpt-5.4-mini", _usage(300_000, output=1000), 229_500),  # ·0.75, ·4.50
    "dear": ("gpt-6-astra", _usage(1000, output=1000), 60_000),
    "a model newer than the library": (
        "gpt-6.2-sol",
        _usage(1000, read=1000, written=1000, output=1000),
        14_600,  # 2,000 + 100 + 2,500 + 10,000
    ),
    "its long context": ("gpt-6.2-astra", _usage(300_000, output=1000), 4_860_000),
    "a dated id": ("gpt-4o-2024-08-06", _usage(1000, read=1000, output=100), 4750),
    "a dated id of ours": ("gpt-6.2-sol-2026-11-17", _usage(1000), 2000),
    "a fraction, up": ("gpt-6-luna", _usage(11, output=1), 2),  # 1.1 + 0.5 = 1.6
    "never free": ("gpt-6-luna", _usage(1), 1),  # 0.1
    "nothing": ("gpt-6-luna", Usage(), 0),
    "more cached than sent": ("gpt-6-luna", Usage(input_tokens=1000, cached_tokens=5000), 10),
    "more written than left": (
        "gpt-6.2-sol",
        Usage(input_tokens=1000, cached_tokens=400, written_tokens=900),
        1540,  # 400·0.10 + 600·2.50
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_turn_costs_what_the_hand_counted(name: str) -> None:
    model, usage, micros = BY_HAND[name]
    assert PRICES.cost_micros(model, usage) == micros


@pytest.mark.parametrize("model", ["", "llama-4", "gpt-6", "gpt-6-lunatic", "whisper-1"])
def test_an_unknown_cost_is_unknown_and_never_nothing(model: str) -> None:
    assert PRICES.cost_micros(model, _usage(1000)) is None
    assert PRICES.cost_micros(model, Usage()) is None
    assert not PRICES.knows(model)


@pytest.mark.parametrize(
    ("model", "plain", "read", "written", "output"),
    [
        ("gpt-6-luna", 0.10, 0.01, 0.125, 0.50),
        ("gpt-6.1-terra", 1.00, 0.05, 1.25, 5.00),
        ("gpt-6-sol", 2.00, 0.20, 2.50, 10.00),
        ("gpt-6.1-sol", 2.00, 0.10, 2.50, 10.00),
        ("gpt-6.2-sol", 2.00, 0.10, 2.50, 10.00),
        ("gpt-6.2-astra", 8.00, 0.40, 10.00, 40.00),
        ("gpt-6-astra", 10.00, 1.00, 12.50, 50.00),
        ("gpt-5.6-luna", 0.20, 0.02, 0.25, 1.20),
        ("gpt-5.6-terra", 2.00, 0.20, 2.50, 12.00),
        ("gpt-5.6-sol", 4.00, 0.40, 5.00, 20.00),
        ("gpt-5.5", 5.00, 0.50, 5.00, 30.00),
        ("gpt-5.4", 2.50, 0.25, 2.50, 15.00),
        ("gpt-5.4-nano", 0.20, 0.02, 0.20, 1.25),
        ("gpt-5.2", 1.75, 0.175, 1.75, 14.00),
        ("gpt-4.1", 2.00, 0.50, 2.00, 8.00),
        ("gpt-4o-mini", 0.15, 0.075, 0.15, 0.60),
    ],
)
def test_the_lists_agree_with_the_published_prices(
    model: str, plain: float, read: float, written: float, output: float
) -> None:
    million = 100_000  # a tenth, below the long context
    assert PRICES.cost_micros(model, _usage(million)) == round(plain * million)
    assert PRICES.cost_micros(model, _usage(read=million)) == round(read * million)
    assert PRICES.cost_micros(model, _usage(written=million)) == round(written * million)
    assert PRICES.cost_micros(model, _usage(output=million)) == round(output * million)


@pytest.mark.parametrize(
    ("model", "seconds", "micros"),
    [
        ("gpt-transcribe", 60, 4500),
        ("gpt-transcribe", 1, 75),
        ("gpt-transcribe-2026-07-01", 600, 45_000),
        ("gpt-transcribe", 0, 0),
        ("whisper-large-v3", 60, None),
        ("gpt-6-luna", 60, None),
    ],
)
def test_a_minute_of_speech_costs_what_is_published(
    model: str, seconds: int, micros: int | None
) -> None:
    assert Prices.load(None).speech_micros(model, seconds) == micros


def test_the_tokens_of_a_model_that_is_priced_by_the_minute_are_unknown_and_not_free() -> None:
    assert Prices.load(None).cost_micros("gpt-transcribe", Usage(input_tokens=9)) is None


def test_the_operators_file_wins(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[my-model]\ninput = 1\noutput = 2\n["gpt-6-luna"]\ninput = 7\noutput = 9\n')
    prices = Prices.load(file)

    assert prices.cost_micros("gpt-6-luna", _usage(1000, output=10)) == 7090
    assert prices.cost_micros("gpt-6-luna-2026-09-22", _usage(1000)) == 7000
    assert prices.cost_micros("my-model", _usage(1000, read=500, output=10)) == 1520
    assert prices.cost_micros("gpt-6-sol", _usage(1000)) == 2000
    assert prices.knows("my-model")


@pytest.mark.parametrize("model", ["openai/gpt-6-luna", "meta/llama-4", "qwen/qwen3-vl:free"])
def test_what_a_gateway_asks_for_a_model_is_unknown_and_not_free(model: str) -> None:
    assert PRICES.cost_micros(model, _usage(1000)) is None


def test_a_free_model_costs_nothing(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text("[local]\ninput = 0\noutput = 0.0\n")
    assert Prices.load(file).cost_micros("local", _usage(1000, output=10)) == 0


def test_the_library_is_only_loaded_by_who_needs_it() -> None:
    program = "import sys, snapthread.adapters.prices; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_prices_are_never_fetched() -> None:
    program = (
        "import socket, threading;"
        "socket.socket.connect = None;"
        "from snapthread.adapters.prices import Prices; Prices.load(None);"
        "raise SystemExit(threading.active_count() - 1)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
