"""The child process of `child`."""

import sys
from contextlib import suppress
from pathlib import Path

from snapthread.adapters.media.child import answer
from snapthread.adapters.media.shape import Sight

if __name__ == "__main__":
    # Linux: if memory runs out it is this process that the kernel ends, not the bot.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    side, model, detail = sys.argv[1:]
    sight = Sight(model=model, detail=detail)
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), max_side=int(side), sight=sight))
