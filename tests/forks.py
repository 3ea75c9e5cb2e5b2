"""`-n 4`: the tests are collected once, and four processes forked from there run them side by side.

Each takes the next test from a queue, or all tests that share a fixture. The process that collected
tells what they report. One that dies fails the test it was at, and another takes its place.
"""

import atexit
import os
import selectors
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any, Final, cast

import pytest

Unit = Sequence[int]  # places of tests, which one process runs after each other

SHARED: Final = (
    "class",
    "module",
    "package",
)  # scopes of fixtures; a session's are cheap
END_S: Final = 5.0  # for one that is interrupted
BYTES: Final = 4  # of a unit's number in the queue
PIPE_BYTES: Final = 65_536  # that Linux keeps for a reader


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("forks")
    with suppress(ValueError):  # pytest-xdist is still installed
        group._addoption("-n", dest="forks", type=int, default=0, help="run so many tests at once")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    options = session.config.option
    if not getattr(options, "forks", 0) or options.collectonly or session.testsfailed:
        return None
    Forks(session).run(options.forks)
    return True


@dataclass(slots=True)
class Fork:
    """A process, as the one that collected knows it."""

    pid: int
    unit: Unit = ()  # what it has not finished
    is_through: bool = False


class Forks:
    """The processes, and the queue that they take their tests from."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._config = session.config
        self._units = units(session.items)
        self._queue = queue(len(self._units))
        self._forks: dict[Connection[Any, Any], Fork] = {}
        self._selector = selectors.DefaultSelector()
        self._started = 0
        self._config.pluginmanager.getplugin("terminalreporter").showfspath = False

    def run(self, count: int) -> None:
        try:
            for _ in range(min(count, len(self._units))):
                self._fork()
            while self._forks:
                for key, _ in self._selector.select():
                    self._hear(cast("Connection[Any, Any]", key.fileobj))
        finally:
            self._end_all()

    def _end_all(self) -> None:
        """Whoever still runs ends what it started, and itself."""
        for fork in self._forks.values():
            os.kill(fork.pid, signal.SIGINT)
        for told, fork in self._forks.items():
            until = time.monotonic() + END_S
            with suppress(EOFError):
                while told.poll(max(until - time.monotonic(), 0)):
                    told.recv()
            os.kill(fork.pid, signal.SIGKILL)
            os.waitpid(fork.pid, 0)

    def _fork(self, first: Unit = ()) -> None:
        """One more process, which begins with the tests that another left."""
        self._started += 1
        heard, told = Pipe(duplex=False)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            work(self._session, told, first, self._taken(), self._started)
        told.close()
        self._forks[heard] = Fork(pid)
        self._selector.register(heard, selectors.EVENT_READ)

    def _taken(self) -> Iterator[Unit]:
        while number := os.read(self._queue, BYTES):
            yield self._units[int.from_bytes(number)]

    def _hear(self, told: "Connection[Any, Any]") -> None:
        fork = self._forks[told]
        match _next(told):
            case "unit", unit:
                fork.unit = unit
            case "test", reports:
                fork.unit = fork.unit[1:]
                self._tell(reports)
            case "through", problem:
                fork.is_through = True
                assert not problem, problem
            case None:
                self._ended(told)

    def _tell(self, reports: Sequence[dict[str, Any]]) -> None:
        hook = self._config.hook
        for data in reports:
            report = hook.pytest_report_from_serializable(config=self._config, data=data)
            hook.pytest_runtest_logreport(report=report)
            hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)

    def _ended(self, told: "Connection[Any, Any]") -> None:
        fork = self._forks.pop(told)
        self._selector.unregister(told)
        told.close()
        _, status = os.waitpid(fork.pid, 0)
        if fork.is_through:
            return
        ended = os.waitstatus_to_exitcode(status)
        assert fork.unit, f"a process of the tests ended with {ended} between two tests"
        item = self._session.items[fork.unit[0]]
        self._tell([self._failed(item, f"the process of this test ended with {ended}")])
        self._fork(fork.unit[1:])

    def _failed(self, item: pytest.Item, why: str) -> Any:
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call")
        return self._config.hook.pytest_report_to_serializable(config=self._config, report=report)


def _next(told: "Connection[Any, Any]") -> Any:
    """None once its process is gone."""
    try:
        return told.recv()
    except EOFError:
        return None


def units(items: Sequence[pytest.Item]) -> list[Unit]:
    """Tests that share a fixture stay together, so that it is made once."""
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        found.setdefault(_shared(item) or item.nodeid, []).append(place)
    return list(found.values())


def _shared(item: pytest.Item) -> str:
    definitions = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    shared = [d for found in definitions.values() for d in found if d.scope in SHARED]
    return f"{shared[0].baseid} {shared[0].argname}" if shared else ""


def queue(count: int) -> int:
    """A pipe that holds the numbers, for each process to read the next."""
    assert count * BYTES <= PIPE_BYTES, "a full pipe would wait for a reader"
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(BYTES) for number in range(count)))
    os.close(writing)
    return reading


# ------------------------------------------------------------ inside a process


def work(
    session: pytest.Session,
    told: "Connection[Any, Any]",
    first: Unit,
    queued: Iterator[Unit],
    number: int,
) -> None:
    """Run what is queued, and end this process."""
    problem = ""
    atexit._clear()  # that is for the one that collected
    try:
        reporter = _settle(session.config, told, number)
        reporter.run(session.items, first)
        for unit in queued:
            reporter.run(session.items, unit)
        session.config._ensure_unconfigure()
    except BaseException:  # noqa: BLE001 - told where it is seen
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        problem = traceback.format_exc()
    atexit._run_exitfuncs()
    with suppress(OSError):  # nobody listens any more
        told.send(("through", problem))
    os._exit(0)


def _settle(config: pytest.Config, told: "Connection[Any, Any]", number: int) -> "Reporter":
    """What a process has for itself: what is caught of its output, its folders, its reports."""
    plugins = config.pluginmanager
    capture = plugins.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    folders = config._tmp_path_factory  # type: ignore[attr-defined]
    folders._basetemp = folders.getbasetemp() / str(number)
    folders._basetemp.mkdir()
    reporter = Reporter(config, told, config.get_terminal_writer())
    plugins.unregister(name="terminalreporter")
    plugins.register(reporter, "terminalreporter")
    return reporter


class Reporter:
    """Tells each test's reports at once, as the terminal's reporter of this process."""

    def __init__(self, config: pytest.Config, told: "Connection[Any, Any]", writer: Any) -> None:
        self._config = config
        self._tw = writer  # who explains an assertion asks it for colours
        self._told = told
        self._reports: list[dict[str, Any]] = []

    def run(self, items: Sequence[pytest.Item], unit: Unit) -> None:
        if unit:
            self._told.send(("unit", unit))
        for place, after in zip(unit, [*unit[1:], None], strict=False):
            after_it = None if after is None else items[after]
            items[place].config.hook.pytest_runtest_protocol(item=items[place], nextitem=after_it)
            self._told.send(("test", self._reports))
            self._reports = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What passed is told shortly: nobody asks what it printed, nor for its set-up."""
        if report.passed and report.when != "call" and not self._config.option.durations:
            return
        if report.passed:
            report.sections, report.keywords = [], {}
        hook = self._config.hook
        self._reports.append(hook.pytest_report_to_serializable(config=self._config, report=report))
