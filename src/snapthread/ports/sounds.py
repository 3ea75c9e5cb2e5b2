"""Readers of sound files, which tell how long one is before it is transcribed."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFacts:
    """A sound file as its container describes it. `ending`: of the name that the service goes
    by."""

    duration_s: int  # rounded up; 0: it is empty
    ending: str


class SoundMeter(Protocol):
    """Bytes of a sound file into what must be known of it before it costs anything."""

    async def measure(self, content: bytes) -> SoundFacts:
        """Raises SoundRefused("unreadable") only: broken, or of a kind that is not known here."""
        ...
