"""Limits of how far ahead a stored time can be.

A clock that was set back leaves times behind that are further ahead than any wait of ours: they are
not believed, or what they bar would be deaf until then.
"""

from typing import Final

from snapthread.errors import WAIT_MAX_S
from snapthread.limits import ALBUM_GATHER_S, LEASE_S
from snapthread.store.codec import micros_of

LEASE_MOST: Final = micros_of(5 * LEASE_S)  # also of one that is taken for a while longer
GATHER_MOST: Final = micros_of(ALBUM_GATHER_S)  # of a message, for the rest of its album
WAIT_MOST: Final = micros_of(WAIT_MAX_S + ALBUM_GATHER_S)  # of a conversation, of a service


def is_ahead(until: int, now: int, most: int) -> bool:
    """Does it still bar? Not where it is further ahead than it can be."""
    return now < until <= now + most
