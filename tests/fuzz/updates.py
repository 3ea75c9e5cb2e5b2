"""Updates by the description of the Bot API, whole and broken, as Hypothesis makes them."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

TYPES: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "bot_api" / "description.json").read_text("utf-8")
)["types"]
DEEP: Final = 4  # how far a message within a message is followed
MANY: Final = 6  # optional fields of one object

NUMBERS: Final = st.one_of(
    st.integers(-3, 3),
    st.integers(1_600_000_000, 2_000_000_000),
    st.integers(-(2**63), 2**63),
    st.sampled_from([1001, 1002, -100_1234, 2**31, 2**53, 10**20]),
)
WORDS: Final = (
    *("", "private", "supergroup", "channel", "/start", "/reset@bot", "/new", "/settings x"),
    *("image/heic", "image/jpeg", "video/mp4", "audio/ogg", "en", "ru-RU", "photo.JPG"),
    *("member", "kicked", "left", "stop", "bot_command", "mention", "@snapthread_bot"),
    *("\ud83d", "\x00", "💥" * 40, "a" * 5000),
)
TEXTS: Final = st.one_of(st.text(max_size=30), st.sampled_from(WORDS))
ODD: Final = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def updates() -> st.SearchStrategy[dict[str, Any]]:
    """As described, or with one part of it broken."""
    whole = _object("Update", DEEP).map(lambda update: update | {"update_id": 1})
    return whole | st.builds(_broken, whole, st.integers(0, 2**32), ODD)


@cache
def _object(name: str, deep: int) -> st.SearchStrategy[dict[str, Any]]:
    known = TYPES.get(name) or {}
    if isinstance(known, list):  # one of several
        return st.one_of([_of(fields, deep) for fields in known])
    return _of(known, deep)


def _of(fields: dict[str, Any], deep: int) -> st.SearchStrategy[dict[str, Any]]:
    needed = {key: _value(kind, deep - 1) for key, kind in fields.items() if "?" not in key}
    optional = {key[:-1]: kind for key, kind in fields.items() if "?" in key}
    if deep <= 0 or not optional:
        return st.fixed_dictionaries(needed)
    chosen = st.lists(st.sampled_from(sorted(optional)), max_size=MANY, unique=True)
    more = chosen.flatmap(
        lambda keys: st.fixed_dictionaries({key: _value(optional[key], deep - 1) for key in keys})
    )
    return st.builds(lambda must, may: {**may, **must}, st.fixed_dictionaries(needed), more)


def _value(kind: str, deep: int) -> st.SearchStrategy[Any]:
    if kind.endswith("[]"):
        return st.lists(_value(kind[:-2], deep), max_size=3)
    if kind.startswith('"'):
        return st.sampled_from(kind.replace('"', "").split(" | ")) | TEXTS
    match kind:
        case "number":
            return NUMBERS
        case "string":
            return TEXTS
        case "boolean":
            return st.booleans()
        case "true":
            return st.just(True)
    return _object(kind, deep) if kind in TYPES and deep >= 0 else ODD


def _broken(update: dict[str, Any], seed: int, odd: Any) -> dict[str, Any]:
    """The same with something else in one place of it."""
    place: Any = update
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = list(keys)[seed % len(keys)]
        seed = seed // 7 + 1
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or seed % 5 == 0:
            break
        place = inner
    place[key] = odd
    return update
