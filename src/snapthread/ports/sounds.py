"""Readers of sound files, which tell how long one is before it is transcribed."""

from typing import Protocol

from snapthread.contents import SoundFacts


class SoundMeter(Protocol):
    """Bytes of a sound file into what must be known of it before it costs anything."""

    async def measure(self, content: bytes) -> SoundFacts:
        """Raises SoundRefused("unreadable") only: broken, or of a kind that is not known here."""
        ...
