"""A world to test in: Telegram and OpenAI as doubles, and the bot as one killable process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from snapthread.adapters.bot_api.chat import Hook, TelegramChat
from snapthread.adapters.media import Images, Prepared, Sight, prepare
from snapthread.adapters.media.documents import draw
from snapthread.adapters.media.documents.read import read_document
from snapthread.adapters.media.images import Preparation
from snapthread.adapters.media.sounds.measure import measure
from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.adapters.openai_api.files import OpenAIFiles
from snapthread.adapters.openai_api.inline import InlineImages
from snapthread.adapters.openai_api.transcriptions import OpenAITranscriber
from snapthread.bot import Bot
from snapthread.images.transport import FilesOfBothWays, InlineFiles
from snapthread.model import PageRange
from snapthread.ports import DocumentContent, ImageTransport, PagePicture, SoundFacts
from snapthread.settings import Settings, load_settings
from snapthread.store import Store
from snapthread.store.folder import images_folder
from snapthread.texts import Texts
from snapthread.vision_tokens import Cut, Size
from snapthread.wiring import (
    Adapters,
    FileComponents,
    build_bot,
    build_file_components,
    instructions_of,
    with_rate_limits,
)
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.people import Person
from tests import virtual
from tests.doubles import BotTransport, FlatPrices, openai_transport
from tests.line.mortal import Life, Mortal, bury
from tests.stores import put_new_store

TOKEN = "123456:" + "t" * 35
KEY = "sk-" + "k" * 40
SECRET = "webhook-secret"
DIES_WITHIN_S = 600.0


class World:
    """Everything outside the process, and the process that runs now."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.model = ScriptedModel()
        self.telegram = BotApi(TOKEN, now=virtual.unix_now)
        self.openai = OpenAI(now=virtual.unix_now, model=self.model, key=KEY)
        self.settings = _settings(folder, environ)
        self.process: Process | None = None

    def person(self, user_id: int = 1001, **kw: Any) -> Person:
        return self.telegram.person(user_id, **kw)

    async def start(self) -> "Process":
        """A new process on the store that the last one left."""
        self.process = await Process.start(self)
        return self.process

    async def restart(self) -> "Process":
        assert self.process is not None
        await self.process.stop()
        return await self.start()

    async def until(self, holds: Callable[[], bool], *, timeout_s: float = 300.0) -> None:
        """Wait, in virtual time, for a state of the world."""
        step_s = 0.01
        async with asyncio.timeout(timeout_s):
            while not holds():
                await asyncio.sleep(step_s)
                step_s = min(step_s * 1.2, 2.0)

    async def rests(self) -> None:
        """Until nothing is being worked on, so that all of it is written down."""
        assert self.process is not None
        worker = self.process.bot.worker
        await self.until(lambda: worker.active == 0)

    async def sleeps(self, seconds: float) -> None:
        """The machine sleeps, then the bot has a few minutes to do what is due."""
        await self.rests()
        virtual.jump(seconds)
        await asyncio.sleep(200)

    @property
    def files(self) -> set[str]:
        """The files that OpenAI holds."""
        return set(self.openai.files)

    @property
    def kept(self) -> set[str]:
        """Names of the images in our own store."""
        folder = images_folder(self.folder / "bot.db")
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    @property
    def requests(self) -> list[Any]:
        return list(self.openai.requests)


class Process:
    """One process of the bot."""

    def __init__(self, life: Life, store: Store, bot: Bot, maintenance: FileComponents) -> None:
        self.life = life
        self.store = store
        self.bot = bot
        self.maintenance = maintenance  # of a command that runs beside it
        self.stopping = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await self.bot.run(self.stopping)

    @classmethod
    async def start(cls, world: World) -> "Process":
        life = Life()
        path = world.folder / "bot.db"
        put_new_store(path)
        store = await Store.open(path)
        adapters = _edges(world, store, life)
        bot = await build_bot(adapters, world.settings, FlatPrices())
        await adapters.chat.start()
        return cls(
            life,
            store,
            bot,
            await build_file_components(with_rate_limits(adapters), world.settings),
        )

    async def stop(self) -> None:
        """As SIGTERM does."""
        self.stopping.set()
        await self._task
        await self.store.close()

    async def kill(self) -> None:
        """As `kill -9` does: nothing of this process happens any more."""
        self.life.kill()
        await self.bury()

    async def bury(self) -> None:
        """Wait until it died, and forget what it was doing."""
        async with asyncio.timeout(DIES_WITHIN_S):
            await self.life.died.wait()
        await bury(self._task)
        await self.store.close()


def _edges(world: World, store: Store, life: Life) -> Adapters:
    client = make_client(KEY, transport=cast(Any, openai_transport(world.openai)))
    texts, settings = Texts.load(), world.settings
    url = settings.telegram_webhook_url
    chat = TelegramChat(
        TOKEN,
        commands={"": texts.commands("en")},
        hook=Hook(url=url, secret=SECRET) if url else None,
        is_guest=settings.guest_mode == "yes",
        transport=BotTransport(world.telegram),
    )
    way = settings.image_transport
    transport = ImageTransport("inline" if way == "inline" else "files")
    blobs = cast(Any, Mortal("blobs", store.blobs(virtual.now), life))
    assistant = OpenAIAssistant(
        client,
        model=settings.openai_model,
        instructions=instructions_of(settings, texts),
        reasoning_effort=settings.openai_reasoning_effort or "",
        max_output_tokens=settings.openai_max_output_tokens,
        image_detail=settings.image_detail,
        inline=InlineImages(transport=transport, blobs=blobs),
    )
    files = FilesOfBothWays(
        transport=transport,
        remote=OpenAIFiles(client),
        inline=InlineFiles(blobs=blobs, clock=virtual.now),
        has_remote=world.openai.has_files,
    )
    transcriber = OpenAITranscriber(client, model=settings.transcription_model)
    return Adapters(
        store=cast(Any, Mortal("store", store, life)),
        chat=cast(Any, Mortal("chat", chat, life)),
        assistant=cast(Any, Mortal("assistant", assistant, life)),
        files=cast(Any, Mortal("files", files, life)),
        transport=transport,
        transcriber=cast(Any, Mortal("transcriber", transcriber, life)),
        documents=cast(Any, Mortal("documents", ReadHere(), life)),
        sounds=cast(Any, Mortal("sounds", MeasuredHere(), life)),
        codec=InThreads(
            Images(
                max_side=settings.image_max_side,
                sight=Sight(model=settings.openai_model, detail=settings.image_detail),
            )
        ),
        clock=virtual.now,
    )


class ReadHere:
    """As the child does it."""

    async def read(
        self,
        content: bytes,
        *,
        name: str,
        pages: PageRange | None = None,
        max_pages: int = 0,
        with_text: bool = False,
    ) -> DocumentContent:
        read = read_document(content, name=name, pages=pages, max_pages=max_pages)
        return read if with_text else replace(read, text="")

    @property
    def draws(self) -> bool:
        return draw.is_installed()

    async def draw(
        self,
        content: bytes,
        *,
        sight: Sight,
        max_side: int,
        page: int = 0,
        size: Size | None = None,
    ) -> tuple[PagePicture, ...]:
        return tuple(draw.draw(content, sight=sight, max_side=max_side, page=page, size=size))


class MeasuredHere:
    """As the child does it."""

    async def measure(self, content: bytes) -> SoundFacts:
        return measure(content)


class InThreads:
    """Virtual time knows threads but no child processes: those have their own tests. A picture that
    was prepared once in this process becomes the same again, so that stories share the work."""

    def __init__(self, images: Images) -> None:
        self._images = images

    async def prepare(
        self,
        content: bytes,
        *,
        suspect: bool = False,
        tiles: bool = False,
        cut: Cut | None = None,
        sight: Sight | None = None,
        looks: bool = False,
    ) -> Prepared:
        sight = sight or self._images._sight
        how = Preparation(self._images._max_side, sight, tiles=tiles, cut=cut, looks=looks)
        return await asyncio.to_thread(_prepared, content, how)


@lru_cache(maxsize=100)
def _prepared(content: bytes, how: Preparation) -> Prepared:
    return prepare(content, **how.as_kwargs())


def _settings(folder: Path, environ: dict[str, str]) -> Settings:
    known = {"TELEGRAM_BOT_TOKEN": TOKEN, "OPENAI_API_KEY": KEY, "DATA_DIR": str(folder)}
    return load_settings(known | environ)


@asynccontextmanager
async def opened(folder: Path, **environ: str) -> AsyncIterator[World]:
    """A world with a running bot; at the end the bot is stopped."""
    world = World(folder, environ)
    await world.start()
    try:
        yield world
    finally:
        if world.process is not None and not world.process.life.died.is_set():
            await world.process.stop()


def play(story: Callable[[World], Awaitable[None]], folder: Path, **environ: str) -> None:
    """Run a story in a fresh world, in virtual time."""

    async def told() -> None:
        async with opened(folder, **environ) as world:
            await story(world)

    virtual.run(told())


def at() -> datetime:
    return virtual.now()
