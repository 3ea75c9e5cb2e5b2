"""A file of prices, in TOML: a table for each model, dollars for a million tokens.

docs/prices.md describes it for operators; our own `known.toml` is one too.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from snapthread.adapters.prices.price import LongContext, Price, Rates

RATES: Final = ("input", "cached_input", "cache_write", "output")
REQUIRED: Final = ("input", "output")
MINUTE: Final = "minute"  # of sound, for a model that transcribes
LONG_CONTEXT: Final = "long_context"
ABOVE: Final = "above_tokens"
DOLLARS_MAX: Final = 1_000_000  # for a million tokens; more is a slip of the keyboard


class PricesError(Exception):
    """Problems of the file, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_prices(path: Path) -> dict[str, Price]:
    """By model id. Raises PricesError with every problem of the file."""
    problems: list[str] = []
    tables = _parse(path)
    prices = {model: _price(model, table, problems) for model, table in tables.items()}
    if problems:
        raise PricesError([f"PRICES_FILE: {problem}" for problem in problems])
    return {model: price for model, price in prices.items() if price is not None}


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError):
        raise PricesError(["PRICES_FILE names a file that cannot be read."]) from None
    except tomllib.TOMLDecodeError as error:
        raise PricesError([f"PRICES_FILE is not TOML: {error}."]) from None


def _price(model: str, table: object, problems: list[str]) -> Price | None:
    if not isinstance(table, Mapping):
        problems.append(f'{model} stands outside a table: begin with ["a model\'s id"].')
        return None
    if set(table) == {MINUTE}:
        return Price(minute=_dollars(f"[{model}]", MINUTE, table[MINUTE], problems, "a minute"))
    plain = {key: value for key, value in table.items() if key != LONG_CONTEXT}
    rates = _rates(f"[{model}]", plain, problems)
    if LONG_CONTEXT not in table:
        return Price(rates=rates) if rates else None
    long_context = _long_context(f"[{model}.{LONG_CONTEXT}]", table[LONG_CONTEXT], problems)
    return Price(rates=rates, long_context=long_context) if rates else None


def _long_context(where: str, table: object, problems: list[str]) -> LongContext | None:
    if not isinstance(table, Mapping):
        problems.append(f"{where} must be a table.")
        return None
    above = table.get(ABOVE)
    if isinstance(above, bool) or not isinstance(above, int) or above < 1:
        problems.append(f"{where} needs {ABOVE}: a whole number of input tokens above 0.")
        above = 1
    plain = {key: value for key, value in table.items() if key != ABOVE}
    rates = _rates(where, plain, problems)
    return LongContext(above_tokens=above, rates=rates) if rates else None


def _rates(where: str, table: Mapping[str, object], problems: list[str]) -> Rates | None:
    """Prices; a kind of token that is not named costs as plain input does."""
    before = len(problems)
    problems += [_unknown(where, key, table[key]) for key in table if key not in RATES]
    problems += [f"{where} needs {key}." for key in REQUIRED if key not in table]
    named = {key: _dollars(where, key, table[key], problems) for key in RATES if key in table}
    if len(problems) > before:
        return None
    plain = named["input"]
    return Rates(**{"cached_input": plain, "cache_write": plain} | named)


def _unknown(where: str, key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"{where} holds a table {key}: a model's id with a dot in it needs quotes."
    return f"{where} has {key}, which is none of {', '.join(RATES)} and {LONG_CONTEXT}."


def _dollars(
    where: str, key: str, value: object, problems: list[str], of: str = "a million tokens"
) -> Decimal:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        dollars = Decimal(value)
        if dollars.is_finite() and 0 <= dollars <= DOLLARS_MAX:
            return dollars
    problems.append(f"{where} {key} must be dollars for {of}: a number, 0 or more.")
    return Decimal(0)
