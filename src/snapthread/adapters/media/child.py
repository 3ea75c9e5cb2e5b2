"""An image in a child process: what kills its decoder does not kill the bot.

The child reads the image from its stdin and answers on its stdout: one line of JSON (the fields of
`Prepared`, or the fault), then the bytes of the picture.
"""

import asyncio
import json
import sys
from dataclasses import asdict
from typing import Final

from snapthread.adapters.media.prepare import Prepared, prepare
from snapthread.adapters.media.shape import ANYBODY, Sight
from snapthread.errors import ImageRefused

CHILD_S: Final = 60.0  # 50 megapixels take under 10 s where a core is slow and shared

Command = tuple[str, ...]
COMMAND: Final[Command] = (sys.executable, "-m", "snapthread.adapters.media")


async def prepare_in_child(
    content: bytes,
    *,
    max_side: int,
    sight: Sight = ANYBODY,
    time_limit_s: float = CHILD_S,
    command: Command = COMMAND,
) -> Prepared:
    """As `prepare`; a child that dies or does not end is ImageRefused("crashed")."""
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        *command, str(max_side), *sight, stdin=pipe, stdout=pipe, stderr=null
    )
    try:
        async with asyncio.timeout(time_limit_s):
            written, _ = await child.communicate(content)
    except TimeoutError:
        raise ImageRefused("crashed", f"no answer in {time_limit_s:g} s") from None
    finally:
        await _end(child)
    if child.returncode != 0:
        raise ImageRefused("crashed", f"exit status {child.returncode}")
    return read(written)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()


def answer(content: bytes, *, max_side: int, sight: Sight) -> bytes:
    """The child's side."""
    try:
        prepared = prepare(content, max_side=max_side, sight=sight)
    except ImageRefused as refusal:
        detail = str(refusal).removeprefix(refusal.fault).removeprefix(": ")
        return json.dumps({"fault": refusal.fault, "detail": detail}).encode() + b"\n"
    fields = asdict(prepared)
    picture: bytes = fields.pop("content")
    return json.dumps(fields).encode() + b"\n" + picture


def read(written: bytes) -> Prepared:
    """The parent's side: raises what the child was refused with."""
    line, _, picture = written.partition(b"\n")
    fields = json.loads(line)
    if "fault" in fields:
        raise ImageRefused(fields["fault"], fields["detail"])
    return Prepared(content=picture, **fields)
