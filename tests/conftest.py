"""Hypothesis: how hard a property is tried. CI always tries the same examples.

Files: in memory where that has room. Logs: kept as they are, and written below a test that fails;
to write each at once would take the time.
"""

import gc
import inspect
import logging
import os
import signal
import tempfile
from collections import deque
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Final, NoReturn

import pytest
import structlog
from hypothesis import settings
from structlog.types import EventDict, Processor

from tests import virtual

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
examples = int(os.environ.get("HYPOTHESIS_EXAMPLES", "5000"))
settings.register_profile("soak", max_examples=examples, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

# A shell's job in the background ignores Ctrl-C, and so would every process that a test starts: one
# that a test ends by it would never end.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# On a disk each commit of a store waits for milliseconds, against power cuts that no test makes.
MEMORY: Final = Path("/dev", "shm")
ROOM_BYTES: Final = 4 * 1024**3


def _has_room(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize > ROOM_BYTES and not told.f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _has_room(MEMORY):
    tempfile.tempdir = str(MEMORY)

gc.disable()  # until all tests are known; who only hands them to others needs it less

FOLDERS = count()
LOGGED: deque[EventDict] = deque(maxlen=10_000)  # by the test that runs, the last of them
as_line: Final = structlog.processors.KeyValueRenderer(key_order=["event"])


def _keep(_logger: object, _method: str, event: EventDict) -> NoReturn:
    LOGGED.append(event)
    raise structlog.DropEvent


PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.format_exc_info,
    _keep,
]


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder by its number: pytest's own, named and linked, costs a millisecond."""
    path = tmp_path_factory.getbasetemp() / str(next(FOLDERS))
    path.mkdir(mode=0o700)
    return path


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """A test that set the logs up as the bot does leaves nothing of that to the next."""
    structlog.reset_defaults()
    structlog.configure(processors=PROCESSORS)
    LOGGED.clear()
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.contextvars.clear_contextvars()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and LOGGED:
        report.sections.append(("Logs", "\n".join(as_line(None, "", each) for each in LOGGED)))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """An `async def test_…` lives on the virtual loop."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    named = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    virtual.run(pyfuncitem.obj(**named))
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first, so that the rest is tried beside it and nothing after it."""
    here = str(Path(__file__).parent)
    folders = tuple(f"{here}/{name}/" for name in ("process", "life", "demo"))
    items.sort(key=lambda item: _place(str(item.path), folders))


def _place(path: str, folders: tuple[str, ...]) -> int:
    places = (place for place, folder in enumerate(folders) if path.startswith(folder))
    return next(places, len(folders))


def pytest_collection_finish() -> None:
    """Freeze what was imported: walking it again and again took a twelfth of the time. Not even
    once: looking for the 10 MB that are garbage took longer than they are worth."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
