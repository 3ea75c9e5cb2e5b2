"""Older turns that requests of a long conversation leave out, by halves. Pure.

So the beginning of the next requests stays the same for a while, and is found in OpenAI's cache.
"""

import math
from collections.abc import Sequence
from typing import Final, Protocol

from snapthread.limits import BYTES_PER_TOKEN

TOKENS_AROUND_ITEM: Final = 6  # of a request


class Sized(Protocol):
    """An item of a conversation, as far as its size matters."""

    @property
    def role(self) -> str: ...

    @property
    def tokens(self) -> int: ...


def text_tokens(text: str) -> int:
    """Only an estimate, for the context bound."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) + TOKENS_AROUND_ITEM


def newest_within(items: Sequence[Sized], budget: int) -> int:
    """Index of the first item that stays: as many whole turns as the budget of tokens holds."""
    kept = len(items)
    for start in range(len(items) - 1, -1, -1):
        budget -= _weight(items[start])
        if budget < 0:
            break
        if items[start].role == "user":
            kept = start
    return kept


def newest_half(items: Sequence[Sized]) -> int:
    return newest_within(items, sum(map(_weight, items)) // 2)


def first_id(ids: Sequence[int], kept: int) -> int:
    """The first item that requests hold from now on; where none stays, it is still to come."""
    return ids[kept] if kept < len(ids) else ids[-1] + 1


def _weight(item: Sized) -> int:
    """Never nothing: else halving would not end."""
    return max(1, item.tokens)
