"""Give freed memory back to the system: glibc keeps it, a heap for each thread."""

import ctypes
from collections.abc import Callable
from typing import Any


def _find_trim() -> Callable[[int], Any]:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # not glibc's
        return lambda _: 0


_malloc_trim = _find_trim()


def trim() -> None:
    """A few milliseconds for a few hundred megabytes."""
    _malloc_trim(0)
