"""Whatever writes down what is said in a sound."""

from dataclasses import dataclass
from typing import Protocol

from snapthread.model import TelegramSound


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenText:
    """A transcript. `billed_s`: seconds, where the service says."""

    text: str
    billed_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechHints:
    """Hints that help to hear right, and bind nobody. `language`: of the person ("ru"), or empty;
    `names`: of people and documents of the conversation."""

    language: str = ""
    names: tuple[str, ...] = ()


class Transcriber(Protocol):
    """OpenAI's transcriptions, one attempt per call. Keeps nothing of the sound."""

    async def transcribe(
        self, sound: TelegramSound, content: bytes, *, hints: SpeechHints
    ) -> SpokenText:
        """Write down what is said.

        Raises TranscriberBusy, which says whether it may have been done all the same,
        SoundRefused("unreadable", "too_large" or "too_short") and the Denied family.
        """
        ...
