"""An image in a child process: what kills its decoder, or fills its memory, does not kill the bot.

The child is given the image and how to make it, and nothing else of the bot's: not its environment,
its files or its sockets. It sets limits to itself (`confine`) before it opens the image.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Final

from snapthread.adapters.media import wire
from snapthread.adapters.media.preparing import Prepared
from snapthread.errors import ImageRefused
from snapthread.vision_tokens import ANYBODY, Cut, Sight

CHILD_S: Final = 60.0  # 50 megapixels take under 10 s where a core is slow and shared

Command = tuple[str, ...]
# Without site (-S), whose work takes as long as all else: the paths come from here.
PYTHON: Final[Command] = (sys.executable, "-S", "-s", "-B")
COMMAND: Final[Command] = (*PYTHON, "-m", "snapthread.adapters.media")
_PASSED_ON: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


class ChildDied(Exception):
    """A child that ended without an answer, and how."""


async def prepare_in_child(
    content: bytes,
    *,
    max_side: int = 0,
    sight: Sight = ANYBODY,
    tiles: bool = False,
    cut: Cut | None = None,
    looks: bool = False,
    time_limit_s: float = CHILD_S,
    command: Command = COMMAND,
) -> Prepared:
    """As `prepare`; a child that dies or does not end is ImageRefused("crashed")."""
    parts, look = "tiles" if tiles else "whole", "looks" if looks else ""
    how = (str(max_side), *sight, parts, json.dumps(cut), look)
    try:
        return wire.unpack(await answer_of((*command, *how), content, time_limit_s=time_limit_s))
    except ChildDied as died:
        raise ImageRefused("crashed", str(died)) from None


async def answer_of(command: Command, content: bytes, *, time_limit_s: float) -> bytes:
    """Run a child on these bytes; its answer. Raises ChildDied."""
    child = await _spawn(*command)
    try:
        async with asyncio.timeout(time_limit_s):
            answer, _ = await child.communicate(content)
    except TimeoutError:
        raise ChildDied(f"no answer in {time_limit_s:g} s") from None
    finally:
        await _end(child)
    if child.returncode != 0:
        raise ChildDied(f"exit status {child.returncode}")
    return answer


async def _spawn(*command: str) -> asyncio.subprocess.Process:
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=pipe,
        stdout=pipe,
        stderr=null,
        env=environment(),
        cwd=os.sep,
        start_new_session=True,  # a Ctrl-C is for the bot: it lets its pictures end
    )


def environment() -> dict[str, str]:
    """No token and no key: only where the code lies."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = os.pathsep.join(str(Path(path).resolve()) for path in sys.path)
    # One arena: each more takes address space, which has a limit there.
    return passed_on | {"PYTHONPATH": paths, "MALLOC_ARENA_MAX": "1"}


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()
