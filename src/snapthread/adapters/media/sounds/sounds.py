"""The async face of `measure`: each sound file in a child of its own."""

import asyncio
import json
from typing import Any, Final

from snapthread.adapters.media.child import PYTHON, ChildDied, Command, answer_of
from snapthread.contents import SoundFacts
from snapthread.errors import SoundRefused
from snapthread.limits import SOUNDS_MEASURED_AT_ONCE

MEASURE_S: Final = 20.0  # 20 MB of an odd MP3 take 2 s where a core is not shared
COMMAND: Final[Command] = (*PYTHON, "-m", "snapthread.adapters.media.sounds")


class Sounds:
    """Measures sound files. Implements `ports.SoundMeter`."""

    def __init__(self, *, command: Command = COMMAND, time_limit_s: float = MEASURE_S) -> None:
        self._command = command
        self._time_limit_s = time_limit_s
        self._measuring = asyncio.Semaphore(SOUNDS_MEASURED_AT_ONCE)

    async def measure(self, content: bytes) -> SoundFacts:
        async with self._measuring:
            try:
                answer = await answer_of(self._command, content, time_limit_s=self._time_limit_s)
            except ChildDied as died:
                raise SoundRefused("unreadable", str(died)) from None
        fields: dict[str, Any] = json.loads(answer)
        if "detail" in fields:
            raise SoundRefused("unreadable", fields["detail"])
        return SoundFacts(**fields)
