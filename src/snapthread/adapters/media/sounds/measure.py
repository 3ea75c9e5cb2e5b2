"""A sound file's bytes → how long it is and which kind. Runs in the child only.

tinytag reads the containers; what they hold is decoded nowhere.
"""

import math
from collections.abc import Mapping
from io import BytesIO
from typing import Final

from tinytag import TinyTag

from snapthread.adapters.media.sounds.webm import is_webm, webm_seconds
from snapthread.contents import SoundFacts
from snapthread.errors import SoundRefused

# The kinds that the service takes (speech-to-text guide), by the name that tinytag has for them.
ENDINGS: Final[Mapping[str, str]] = {
    "audio/flac": "flac",
    "audio/mp4": "mp4",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
}
DAY_S: Final = 86_400  # no file of ours holds more; a header may say anything


def measure(content: bytes) -> SoundFacts:
    """As `ports.SoundMeter.measure`."""
    try:
        ending, seconds = _read(content)
    except Exception as failure:  # tinytag answers hostile bytes with almost any exception
        raise SoundRefused("unreadable", type(failure).__name__) from failure
    if seconds is None or not math.isfinite(seconds) or not 0 <= seconds <= DAY_S:
        raise SoundRefused("unreadable", "no duration")
    return SoundFacts(duration_s=math.ceil(seconds), ending=ending)


def _read(content: bytes) -> tuple[str, float | None]:
    if is_webm(content):
        return "webm", webm_seconds(content)
    tag = TinyTag.get(file_obj=BytesIO(content), tags=False)
    ending = ENDINGS[str(tag.mime_type).partition(";")[0]]
    # Of an MP4 in fragments the header says nothing, which is 0.
    is_unknown = ending == "mp4" and not tag.duration
    return ending, None if is_unknown else tag.duration
