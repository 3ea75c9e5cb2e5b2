"""A set-up to examine: both services over HTTP on the loopback, a store, and what may be wrong."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from snapthread.app.opening import open_store
from snapthread.doctor.bot import NOTHING_INSIDE, Inside
from snapthread.doctor.check import Check
from snapthread.doctor.examine import Case, examine
from snapthread.doctor.picture import COLOURS
from snapthread.settings import Settings, load_settings
from snapthread.store.schema import VERSION
from snapthread.store.sqlite.file.backup import note_backup
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.question import Question
from snapthread_sandbox.openai.scripted_model import Answer, ScriptedModel
from snapthread_sandbox.server import serve
from snapthread_sandbox.telegram.bot_api import BotApi
from tests.servers import free_port

TOKEN: Final = "123456:" + "t" * 35
KEY: Final = "sk-" + "k" * 40
COMMANDS: Final = (("start", "Begin"), ("reset", "Begin anew"))


class Clinic:
    """Everything is well, until a test breaks something."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = ScriptedModel()
        self.model.otherwise = Answer(text=names_both_halves)
        self.telegram = BotApi(TOKEN, now=time.time)
        self.telegram.profile.set_commands({"commands": [_command(*c) for c in COMMANDS]})
        self.openai = OpenAI(now=time.time, model=self.model, key=KEY)
        self.url = ""
        self.timeout_s = 20.0
        self.listen_s = 0
        self.has_price = True
        self.unpriced: set[str] = set()
        self.inside = NOTHING_INSIDE
        self.last_backup: datetime | None = datetime.now(UTC)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def settings(self, **more: str) -> Settings:
        return load_settings(self.environ | more, needs=(), refused=())

    @property
    def environ(self) -> dict[str, str]:
        return {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": self.url,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "DATA_DIR": str(self.folder / "data"),
            "HTTP_PORT": "0",
        }

    async def examine(self, **more: str) -> dict[str, Check]:
        settings = self.settings(**more)
        if self.last_backup and not settings.has_store_server and settings.sqlite_path.exists():
            note_backup(settings.sqlite_path, self.last_backup)
        case = Case(
            commands=COMMANDS,
            knows_price=lambda model: self.has_price and model not in self.unpriced,
            store_version=VERSION,
            open_store=lambda: open_store(settings),
            look_inside=self._look_inside,
            clock=self.clock,
            timeout_s=self.timeout_s,
            listen_s=self.listen_s,
        )
        found = await examine(settings, case)
        said = " ".join(check.say for check in found)
        assert not [secret for secret in (TOKEN, KEY, *settings.secrets) if secret in said]
        assert len({check.name for check in found}) == len(found)
        return {check.name: check for check in found}

    async def _look_inside(self) -> Inside:
        return self.inside


def names_both_halves(question: Question) -> str:
    """As a model that looks."""
    named = {bytes(colour): name for name, colour in COLOURS.items()}
    with Image.open(BytesIO(question.images[-1].content)) as image:
        row = image.convert("RGB").crop((0, 0, image.width, 1)).tobytes()
    return f"{named[row[:3]].title()}, {named[row[-3:]]}."


def _command(name: str, what: str) -> dict[str, str]:
    return {"command": name, "description": what}


def play(story: Callable[[Clinic], Awaitable[None]], folder: Path) -> None:
    """Run a story while both services are served and a store is there."""

    async def told() -> None:
        clinic = Clinic(folder)
        async with AsyncExitStack() as stack:
            clinic.url = await stack.enter_async_context(serve(clinic.telegram, clinic.openai))
            (folder / "data").mkdir(mode=0o700)
            async with open_store(clinic.settings(), create=True):
                pass
            await story(clinic)

    asyncio.run(told())


def nobody_listens() -> str:
    return f"http://127.0.0.1:{free_port()}"
