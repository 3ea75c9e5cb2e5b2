"""Python reads this at its start, where PYTHONPATH names this folder: a decoder that can be killed.

A picture of exactly this size ends its process at once, as an image that breaks the decoder does.
So the product needs no hook for it, and its child process is as fragile as the bot itself.
"""

import os
import signal
from typing import Any

from PIL import ImageFile

DEADLY_SIZE = (613, 17)

_load = ImageFile.ImageFile.load


def _load_or_die(image: ImageFile.ImageFile) -> Any:
    if image.size == DEADLY_SIZE:
        os.kill(os.getpid(), signal.SIGKILL)
    return _load(image)


ImageFile.ImageFile.load = _load_or_die  # type: ignore[method-assign, assignment]
