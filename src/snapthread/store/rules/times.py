"""Bounds of how far ahead a stored time can be, and a pause.

Where the machine's clock was wrong and is set back by a day, a lease that was taken before ends in
a day. No lease of ours is that long: a time further ahead than these bounds bars nothing.
"""

from typing import Final

from snapthread.errors import WAIT_MAX_S
from snapthread.limits import ALBUM_GATHER_S, EDIT_PAUSE_S, LEASE_S
from snapthread.store.codec import micros_of

LEASE: Final = micros_of(LEASE_S)
LEASE_MOST: Final = 5 * LEASE  # also of one that is taken for a while longer
GATHER_MOST: Final = micros_of(ALBUM_GATHER_S)  # of a message, for the rest of its album
WAIT_MOST: Final = micros_of(WAIT_MAX_S + ALBUM_GATHER_S)  # of a conversation, of a service
PAUSE: Final = micros_of(EDIT_PAUSE_S)  # of one whose worker was fenced off, until it has noticed


def is_ahead(until: int, now: int, most: int) -> bool:
    """Does a time still bar? Not where it is further ahead than it can be."""
    return now < until <= now + most
