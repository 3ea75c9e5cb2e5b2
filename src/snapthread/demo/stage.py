"""Everything between the browser and the bot: doubles, page, bot, model, and one clock for all."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

from snapthread.demo.environment import Doubles
from snapthread.demo.feed import Feed
from snapthread.demo.offline import Offline
from snapthread.demo.options import Options
from snapthread.demo.process import BotProcess
from snapthread_sandbox.clock import Clock
from snapthread_sandbox.models.offline_model import NAME, OfflineModel
from snapthread_sandbox.models.sounds import describe_sound
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.pieces import Piece
from snapthread_sandbox.openai.question import Question
from snapthread_sandbox.page.routes import Page
from snapthread_sandbox.server import application
from snapthread_sandbox.telegram.bot_api import BotApi

Json = dict[str, Any]

DAY_S: Final = 86_400.0
DAYS_MAX: Final = 366
ADA, BORIS, CLARA = 1001, 1002, 1003
GROUP: Final = -1002001
ERASE_S: Final = 90.0  # a user; what is left expires at OpenAI by itself


class Stage:
    """Everything between the browser and the bot."""

    def __init__(self, options: Options, doubles: Doubles, bot: BotProcess) -> None:
        self._options = options
        self._bot = bot
        self._feed = bot.feed
        self._clock = Clock(time.time)
        self._model = OfflineModel()
        self._bot_api = BotApi(doubles.token, now=self._clock)
        self._openai = OpenAI(
            now=self._clock, model=_Watched(self._model, self._feed), key=doubles.key
        )
        self._openai.transcriptions.otherwise = describe_sound
        if not options.real_telegram:
            self._people_come()
        changed = self._feed.changed = self._bot_api.world.note_change
        self._offline = Offline(self._model, install=options.install_offline, changed=changed)
        self.app = application(self._bot_api, self._openai, clock=self._clock)
        self._page = page = Page(self._bot_api, self._openai, self)
        page.add_to(self.app)
        self._openai.called = self._note_question
        self._feed.when["conversation.reset"] = lambda event: page.began_anew(event["user"])

    def _people_come(self) -> None:
        """Two with a private chat, and a group with a third and a topic."""
        ada = self._bot_api.person(ADA, first_name="Ada", language_code="en")
        boris = self._bot_api.person(BORIS, first_name="Борис", language_code="ru")
        clara = self._bot_api.person(CLARA, first_name="Clara", language_code="de")
        clara.is_shown_in_private = False
        group = self._bot_api.group(GROUP, title="Weekend trip", is_forum=True)
        for person in (ada, boris, clara):
            group.admits(person)
        group.opens_topic("Photos", ada)

    def _note_question(self, route: str) -> None:
        """The bot has asked: from here on it waits for OpenAI."""
        if route == "POST /responses":
            self._feed.note_in_turn("openai.asked")

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """The model comes up while the block runs; at its end the bot stops first."""
        async with asyncio.TaskGroup() as group:
            model = group.create_task(self._bring_model())
            try:
                yield
            finally:
                await self._bot.stop()
                model.cancel()
                await self._offline.stop()
                await self._erase()

    async def _bring_model(self) -> None:
        """After the bot, which needs the processor for itself until it listens."""
        if self._options.stand_in or self._options.real_openai:
            return
        self._offline.announce()
        await self.ready()
        await self._offline.run()

    async def ready(self) -> None:
        """Returns once the bot listens to Telegram."""
        while not (self._bot.is_running and (self._options.real_telegram or self._polls())):
            await self._bot_api.world.change()

    def _polls(self) -> bool:
        return any(call.method == "getUpdates" for call in self._bot_api.calls)

    async def _erase(self) -> None:
        """Delete the files at the real OpenAI with the store that knows of them."""
        if not self._options.real_openai:
            return
        for user in sorted(self._feed.people):
            sys.stderr.write(f"Deleting the files of user {user} at OpenAI …\n")
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "snapthread", "erase", str(user), "--yes"),
                stdout=asyncio.subprocess.DEVNULL,
                cwd=self._bot.folder,
                env=self._bot.environ,
                start_new_session=True,
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(ERASE_S):
                    await child.wait()
            if child.returncode is None:
                child.kill()

    # ------------------------------------------------------------ page_server.Backstage

    def status(self) -> Json:
        options, model = self._options, self._model
        return {
            "real": {"openai": options.real_openai, "telegram": options.real_telegram},
            "bot": {**self._bot.state, "username": self._feed.username},
            "model": {
                "name": self._bot.environ.get("OPENAI_MODEL", "OpenAI")
                if options.real_openai
                else NAME,
                "standing": "real" if options.real_openai else model.standing,
                "why": model.why,
            },
            "clock": {"ahead_s": self._clock.offset_s},
        }

    def events(self, after: int) -> list[Json]:
        return self._feed.after(after)

    def kill(self) -> None:
        self._bot.kill()

    def pass_days(self, days: int) -> None:
        if self._options.real_openai or self._options.real_telegram or not 1 <= days <= DAYS_MAX:
            raise ValueError("real_time")
        self._clock.offset_s += days * DAY_S
        self._bot.set_forward(self._clock.offset_s)
        self._feed.note("clock.set_forward", days=days)

    def start_anew(self) -> None:
        """Empty chats, no files, an empty store, and the time that it is."""
        if self._options.real_openai or self._options.real_telegram:
            raise ValueError("real_anew")
        self._bot.start_anew(self._forget)

    def _forget(self) -> None:
        self._clock.offset_s = 0.0
        self._bot_api.forget()
        self._openai.forget()
        self._page.forget()
        self._feed.begin_anew()


class _Watched:
    """The model, and how long its first words took."""

    def __init__(self, model: OfflineModel, feed: Feed) -> None:
        self._model = model
        self._feed = feed

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        began = time.monotonic()
        is_first = True
        async with aclosing(self._model.answer(question)) as pieces:
            async for piece in pieces:
                if is_first:
                    ms = round((time.monotonic() - began) * 1000)
                    self._feed.note_in_turn("model.first_words", ms=ms)
                    is_first = False
                yield piece
