"""Serves the sandbox until it is stopped: `python -m snapthread_sandbox [PORT]`."""

import asyncio
import sys
import time

from snapthread_sandbox.clock import Clock
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.server import serve
from snapthread_sandbox.telegram.bot_api import BotApi


async def main(port: int) -> None:
    clock = Clock(time.time)
    bot_api = BotApi(now=clock)
    openai = OpenAI(now=clock, model=ScriptedModel(first_s=0.3, between_s=0.03))
    async with serve(bot_api, openai, port=port, clock=clock) as url:
        sys.stdout.write(f"Snapthread sandbox: {url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    except KeyboardInterrupt:
        sys.exit(0)
