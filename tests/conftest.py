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
from typing import Any, Final, NoReturn

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

LONGEST: Final = (
    "process/",
    "life/test_state_machine.py",
    "demo/test_demo.py",
    "web/test_admin_browser.py",
    "life/",
    "contracts/test_life.py",
    "media/test_memory.py",
)

# Tests of processes wait more than they compute. A worker that has some starts a bot, and three
# workers that compute keep two cores busy: so they are in three rows, the third of all the others.
ROWS: Final = (
    ("test_answers", "test_killed_under_load"),
    ("test_inline", "test_proxies", "test_replicas", "test_servers", "test_store_server"),
)

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
    here = f"{Path(__file__).parent}/"
    items.sort(key=lambda item: _place(str(item.path).removeprefix(here)))


def _place(path: str) -> int:
    places = (place for place, start in enumerate(LONGEST) if path.startswith(start))
    return next(places, len(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker takes the next test of the list, or the next row; rows come first. The marks that
    tell pytest-xdist 3.8 of groups are lost on pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = lambda nodeid: row_of(nodeid) or nodeid
    return scheduling


def row_of(nodeid: str) -> str:
    """Of a test of processes; nothing for others."""
    if not nodeid.startswith("tests/process/"):
        return ""
    file = Path(nodeid.partition("::")[0]).stem
    return next((f"process {n}" for n, files in enumerate(ROWS) if file in files), "process")


def pytest_collection_finish() -> None:
    """Freeze what was imported: walking it again and again took a twelfth of the time. Not even
    once: looking for the 10 MB that are garbage took longer than they are worth."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
