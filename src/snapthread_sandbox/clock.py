"""A clock that a test can set forward, over one that it cannot."""

from collections.abc import Callable


class Clock:
    """Unix seconds of `source`, and an offset."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self.offset_s = 0.0

    def __call__(self) -> float:
        return self._source() + self.offset_s
