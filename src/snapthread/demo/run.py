"""`snapthread demo`: opens the page and what is behind it, says when it is ready, closes all.

Raises CannotDemo, with a sentence, where it cannot begin.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable
from pathlib import Path
from typing import Final

from snapthread.demo.environment import Doubles, bot_environment
from snapthread.demo.feed import Feed
from snapthread.demo.options import CannotDemo, DoesNotStart, Options
from snapthread.demo.process import BotProcess

HOST: Final = "127.0.0.1"
STOP_S: Final = 5.0  # then the bot is killed: nothing of a demo is worth waiting for
REAL_STOP_S: Final = 25.0  # what `snapthread run` is promised; people wait for their answers


def demo(options: Options) -> None:
    """Until Ctrl-C or SIGTERM. Raises CannotDemo and SettingsError."""
    try:
        asyncio.run(_demo(options))
    except BaseExceptionGroup as group:
        if group.subgroup(DoesNotStart) is None:
            raise
        raise CannotDemo("The bot does not start; its log above says why.") from None


async def _demo(options: Options) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with (
        _listening(options.port) as listening,
        tempfile.TemporaryDirectory(prefix="snapthread-demo-") as folder,
    ):
        url = f"http://{HOST}:{listening.getsockname()[1]}"
        doubles = Doubles(url=url, token=_new_token(), key=f"sk-demo-{secrets.token_hex(16)}")
        environ = bot_environment(
            os.environ,
            doubles,
            Path(folder),
            real_openai=options.real_openai,
            real_telegram=options.real_telegram,
            env_file=Path(".env"),
        )
        stop_s = REAL_STOP_S if options.real_telegram else STOP_S
        bot = BotProcess(environ, Path(folder), Feed(), stop_s=stop_s)
        async with bot.running():
            await _first(stop.wait(), _play(options, listening, doubles, bot))


async def _play(
    options: Options, listening: socket.socket, doubles: Doubles, bot: BotProcess
) -> None:
    """Until cancelled. The bot starts meanwhile; what it says to the doubles waits for them."""
    await bot.begun.wait()
    # Imported here: they take seconds, in which the bot imports too.
    from snapthread.demo.stage import Stage
    from snapthread_sandbox.page.server import serving

    stage = Stage(options, doubles, bot)
    async with serving(stage.app, listening), stage.playing():
        sys.stderr.write("The page is there; the bot is starting, which takes some seconds.\n")
        await stage.ready()
        sys.stdout.write(f"Snapthread demo: {doubles.url}\n")
        sys.stdout.flush()
        if options.browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, doubles.url)
        await asyncio.Event().wait()


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise CannotDemo(
            f"Port {port} on {HOST} cannot be used ({error.strerror}):"
            f" choose another one with --port, or `make demo PORT={port + 1}`."
        ) from None
    return listening


def _new_token() -> str:
    """Another one each time: nobody else on this machine can speak as the bot."""
    return f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(27)[:35]}"


def _has_screen() -> bool:
    shows = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in shows)


async def _first(*waits: Awaitable[object]) -> None:
    """Until one of these ends; the others are cancelled, and waited for."""
    tasks = [asyncio.ensure_future(each) for each in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
