"""The first start at a terminal: it asks, checks, writes `.env` for its owner only, and serves."""

import asyncio
import os
import pty
import select
import signal
import stat
import sys
import termios
import time
from pathlib import Path

from tests.process.bot import LIMIT_S, environment
from tests.process.town import KEY, TOKEN, Town, hears
from tests.servers import free_port

WRONG = "123456:" + "w" * 35


class Terminal:
    """`snapthread run` at a terminal of its own, with a person who types."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.shown = ""
        self._pid, self._end = pty.fork()
        if not self._pid:
            os.chdir(folder)
            command = [sys.executable, "-m", "snapthread", "run"]
            os.execve(sys.executable, command, environment() | settings)  # noqa: S606

    def sees(self, text: str, *, after: int = 0) -> int:
        """Wait until it is shown; where it ends."""
        until = time.monotonic() + LIMIT_S
        while (place := self.shown.find(text, after)) < 0:
            assert time.monotonic() < until, self.shown
            if select.select([self._end], [], [], 0.1)[0]:
                self._read()
        return place + len(text)

    def _read(self) -> None:
        try:
            self.shown += os.read(self._end, 65536).decode(errors="replace")
        except OSError as closed:
            raise AssertionError(self.shown) from closed

    def types(self, text: str) -> None:
        """Once what is typed is not shown any more."""
        while termios.tcgetattr(self._end)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(self._end, text.encode() + b"\n")

    def ends(self, number: int = signal.SIGTERM) -> int:
        os.kill(self._pid, number)
        status = os.waitpid(self._pid, 0)[1]
        os.close(self._end)
        return os.waitstatus_to_exitcode(status)


def services(town: Town, folder: Path) -> dict[str, str]:
    settings = {k: v for k, v in town.settings.items() if k.endswith("_BASE_URL")}
    # The scripted model looks at no picture at the start.
    ours = {"DATA_DIR": str(folder / "data"), "HTTP_PORT": str(free_port()), "OPENAI_SEES": "yes"}
    return settings | ours


def test_the_first_run_asks_for_two_secrets_checks_them_and_serves(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        town = Town(tmp_path, runner)
        runner.run(town.open())
        try:
            runner.run(_talks(town, tmp_path))
        finally:
            runner.run(town.close())


async def _talks(town: Town, folder: Path) -> None:
    terminal = Terminal(folder, services(town, folder))
    try:
        await asyncio.to_thread(_answers, terminal)
        env = folder / ".env"
        assert env.read_text() == f"TELEGRAM_BOT_TOKEN={TOKEN}\nOPENAI_API_KEY={KEY}\n"
        assert stat.S_IMODE(env.stat().st_mode) == 0o600
        ada = town.newcomer()
        ada.sends("Are you there?")
        await hears(ada)
    finally:
        status = await asyncio.to_thread(terminal.ends)
    assert status == 0
    for secret in (TOKEN, KEY, WRONG):
        assert secret not in terminal.shown


def _answers(terminal: Terminal) -> None:
    place = terminal.sees("Bot token")
    terminal.types("not a token")
    place = terminal.sees("must look different", after=place)
    place = terminal.sees("Bot token", after=place)
    terminal.types(WRONG)
    place = terminal.sees("does not know this token", after=place)
    place = terminal.sees("Bot token", after=place)
    terminal.types(TOKEN)
    place = terminal.sees("Telegram knows it", after=place)
    place = terminal.sees("Key of OpenAI", after=place)
    terminal.types(KEY)
    place = terminal.sees("The key works", after=place)
    place = terminal.sees("only you can read", after=place)
    terminal.sees("bot.started", after=place)


def test_whoever_stops_the_questions_leaves_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, {})
    terminal.sees("Bot token")
    terminal.ends(signal.SIGINT)
    assert list(tmp_path.iterdir()) == []
