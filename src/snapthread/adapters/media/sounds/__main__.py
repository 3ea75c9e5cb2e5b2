"""The child process of `sounds`: a sound file on its stdin, a line of JSON on its stdout."""

import json
import sys
from dataclasses import asdict

from snapthread.adapters.media.confine import confine
from snapthread.adapters.media.sounds.measure import measure
from snapthread.errors import SoundRefused

_BYTES = 256 * 1024 * 1024  # the file, a copy of it, and what a header can make grow


def _answer(content: bytes) -> str:
    confine(_BYTES)
    try:
        return json.dumps(asdict(measure(content)))
    except SoundRefused as refused:
        return json.dumps({"detail": str(refused)})


if __name__ == "__main__":
    sys.stdout.write(_answer(sys.stdin.buffer.read()))
