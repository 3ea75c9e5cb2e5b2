"""Telegram and OpenAI over HTTP, the people, and one installation of the bot.

A start takes seconds, so the tests of this folder share the bot: each talks as a person of its own.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from snapthread_sandbox.openai.api import Asked, OpenAI
from snapthread_sandbox.openai.scripted_model import Answer, ScriptedModel, describe
from snapthread_sandbox.server import serve
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.process import warm
from tests.process.bot import LIMIT_S, STEP_S, Bot, environment

TOKEN: Final = "123456:" + "t" * 35
KEY: Final = "sk-" + "k" * 40
ADMIN: Final = "admin-" + "a" * 30

Story = Callable[[], Awaitable[None]]


class Town:
    """Everything outside the bot, and the bot that runs now."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self.folder = folder
        self.model = ScriptedModel()
        self.telegram = BotApi(TOKEN, now=time.time)
        self.openai = OpenAI(now=time.time, model=self.model, key=KEY)
        self.bots: list[Bot] = []
        self.more: dict[str, str] = {}  # settings beside those of every town
        self._runner = runner
        self._ids = count(1001)
        self._open = AsyncExitStack()
        self._url = ""

    def play(self, story: Story, *, limit_s: float = LIMIT_S) -> None:
        """Run a story while both services are served; they and the model begin as new."""
        self.openai.faults.clear()
        self.telegram.faults.clear()
        self.model.queue.clear()
        self.model.otherwise = Answer(text=describe)

        async def told() -> None:
            try:
                async with asyncio.timeout(limit_s):
                    await story()
            except BaseException:
                await self.end_bots()  # its bot would answer the next story's questions
                raise

        self._runner.run(told())

    async def open(self) -> None:
        self._url = await self._open.enter_async_context(serve(self.telegram, self.openai))

    async def close(self) -> None:
        for bot in self.bots:
            bot.bury()
        await self._open.aclose()

    # ------------------------------------------------------------ the bot

    async def bot(self) -> Bot:
        """The one that runs, or a new one where the last one ended."""
        if not self.bots or not self.bots[-1].is_running:
            self.bots.append(self.starts())
            await self.bots[-1].ready()
        return self.bots[-1]

    async def end_bots(self) -> None:
        """Kill all that run: who comes next polls alone."""
        for bot in self.bots:
            if bot.is_running:
                bot.kill()
                await bot.ended()

    def starts(self, *, cold: bool = False, **settings: str) -> Bot:
        """A process on this installation, which may not get far."""
        number = len(list(self.folder.glob("*.log")))
        log = self.folder / f"{number}.log"
        log.touch()  # this number is taken
        return Bot(self.settings | settings, self.folder, log, cold=cold)

    async def command(self, *arguments: str, **more: str) -> dict[str, Any]:
        """Run `snapthread …`; the one JSON document on its standard output."""
        status, out, errors = await self._run_command(arguments, more)
        assert status == 0, errors
        document: dict[str, Any] = json.loads(out)
        return document

    async def exit_status(self, *arguments: str, **more: str) -> int:
        return (await self._run_command(arguments, more))[0]

    async def _run_command(
        self, arguments: tuple[str, ...], more: dict[str, str]
    ) -> tuple[int, str, str]:
        out, errors = (self.folder / f"{token_hex(4)}.{kind}" for kind in ("out", "errors"))
        settings = environment() | self.settings | more
        process = warm.start(arguments, self.folder, settings, out, errors)
        await asyncio.to_thread(process.join)
        assert process.exitcode is not None
        return process.exitcode, out.read_text(), errors.read_text()

    @property
    def port(self) -> int:
        """Of both services: a port that is in use."""
        return int(self._url.rpartition(":")[2])

    @property
    def settings(self) -> dict[str, str]:
        return {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": self._url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{self._url}/v1",
            "OPENAI_SEES": "yes",  # looked at in test_sight
            "IMAGE_TRANSPORT": "files",  # what a look found earlier stays in the store
            "OPENAI_MAX_OUTPUT_TOKENS": "20000",  # some stories are long
            "ADMIN_TOKEN": ADMIN,
            "DATA_DIR": str(self.folder / "data"),
            **self.more,
        }

    # ------------------------------------------------------------ the people

    def newcomer(self) -> Person:
        """Somebody whom the bot has not met."""
        return self.telegram.person(next(self._ids))

    async def until(self, holds: Callable[[], object]) -> None:
        while not holds():
            await asyncio.sleep(STEP_S)

    @property
    def secrets(self) -> tuple[str, ...]:
        return TOKEN, KEY, ADMIN

    @property
    def leaks(self) -> list[str]:
        """Secrets in a log, where none may be: a token, a key, a line that anybody wrote."""
        logged = "\n".join(text for bot in self.bots for text in _strings(bot.events))
        messages = [message for chat in self.telegram.chats.values() for message in chat.messages]
        said = {line for message in messages for line in message.text.splitlines()}
        return [secret for secret in (*self.secrets, *said) if secret and secret in logged]

    @property
    def last_request(self) -> Asked:
        return self.openai.requests[-1]


async def hears(person: Person, messages: int = 1) -> list[str]:
    """The texts of the bot's next messages."""
    return [message.text for message in await heard(person, messages)]


async def heard(person: Person, messages: int = 1) -> list[Message]:
    """Once each is whole: an answer that still grows carries a Stop button."""
    told = await person.hears(messages, timeout_s=LIMIT_S)
    while any("stop:" in str(message.json.get("reply_markup")) for message in told):
        await asyncio.sleep(STEP_S)
    return told


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _strings([*value, *value.values()])
        case list():
            for each in value:
                yield from _strings(each)
