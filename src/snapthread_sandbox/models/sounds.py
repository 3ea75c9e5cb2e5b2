"""Sounds, as far as they can be measured without understanding them: seconds and loudness."""

import math
import sys
import wave
from array import array
from dataclasses import dataclass
from io import BytesIO
from typing import Final

SILENT_DB: Final = -60.0  # of full scale, on average
LOUDNESS: Final = (
    ("very quiet", -40.0),
    ("quiet", -28.0),
    ("of usual loudness", -14.0),
    ("loud", 0.0),
)
RUSSIAN: Final = {
    "very quiet": "очень тихо",
    "quiet": "тихо",
    "of usual loudness": "обычной громкости",
    "loud": "громко",
}
MEASURED: Final = {
    "en": "(The demo's stand-in: {s} s of sound, {loud}, {db} dB; it cannot make out words.)",
    "ru": "(Заглушка демо: {s} с звука, {loud}, {db} дБ; слов она не разбирает.)",
}
UNMEASURED: Final = {
    "en": "(The demo's stand-in: about {s} s of sound, judged by its size; it hears no words.)",
    "ru": "(Заглушка демо: около {s} с звука, если судить по размеру; слов она не слышит.)",
}
FULL_SCALE: Final = 32_768
SAMPLE_BYTES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSound:
    """A sound of plain samples (WAV of 16 bits)."""

    seconds: float
    loudness_db: float  # of full scale; a full sine has about -3

    @property
    def is_silent(self) -> bool:
        return self.loudness_db < SILENT_DB

    @property
    def loudness(self) -> str:
        return next((word for word, most in LOUDNESS if self.loudness_db < most), LOUDNESS[-1][0])


def read_sound(content: bytes) -> PlainSound | None:
    """None where only a codec could tell."""
    try:
        with wave.open(BytesIO(content)) as sound:
            if sound.getsampwidth() != SAMPLE_BYTES or not sound.getframerate():
                return None
            seconds = sound.getnframes() / sound.getframerate()
            samples = array("h", sound.readframes(sound.getnframes()))
    except (wave.Error, EOFError, ValueError):
        return None
    if sys.byteorder == "big":
        samples.byteswap()
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    level = math.sqrt(power) / FULL_SCALE
    return PlainSound(seconds=seconds, loudness_db=20 * math.log10(level) if level else -math.inf)


def describe_sound(content: bytes, seconds: float, language: str) -> str:
    """The measures of a sound as a sentence of a stand-in, which says that it is one; empty where
    nobody speaks."""
    measured, code = read_sound(content), "ru" if language.startswith("ru") else "en"
    if measured is None:
        return UNMEASURED[code].format(s=f"{seconds:.1f}")
    if measured.is_silent:
        return ""
    loud = RUSSIAN[measured.loudness] if code == "ru" else measured.loudness
    return MEASURED[code].format(
        s=f"{measured.seconds:.1f}", loud=loud, db=round(measured.loudness_db)
    )
