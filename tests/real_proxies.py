"""Real proxies of Debian's, each started by the test that needs it; skipped where not installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.proxies import PASSWORD, USER
from tests.servers import free_port

START_S: Final = 180.0  # only ends one that never listens


def _tinyproxy(folder: Path, port: int) -> list[str]:
    config = folder / "tinyproxy.conf"
    config.write_text(
        f"Port {port}\nListen 127.0.0.1\nBasicAuth {USER} {PASSWORD}\nLogLevel Info\n"
        f'LogFile "{folder}/tinyproxy.log"\n'
    )
    return ["tinyproxy", "-d", "-c", str(config)]


def _microsocks(_folder: Path, port: int) -> list[str]:
    return ["microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", USER, "-P", PASSWORD]


def _dante(folder: Path, port: int) -> list[str]:
    """Without a password: its users are those of the machine."""
    config = folder / "danted.conf"
    config.write_text(
        f"logoutput: {folder}/danted.log\ninternal: 127.0.0.1 port = {port}\n"
        "external: 127.0.0.1\nclientmethod: none\nsocksmethod: none\n"
        "user.privileged: root\nuser.unprivileged: nobody\n"
        "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
        "socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }\n"
    )
    return ["danted", "-f", str(config), "-p", str(folder / "danted.pid")]


Command = Callable[[Path, int], list[str]]
# Its program, the package that has it, the scheme, and how it is started.
REAL: Final[dict[str, tuple[str, str, Command]]] = {
    "tinyproxy": ("tinyproxy-bin", f"http://{USER}:{PASSWORD}@", _tinyproxy),
    "microsocks": ("microsocks", f"socks5://{USER}:{PASSWORD}@", _microsocks),
    "danted": ("dante-server", "socks5://", _dante),
}


@contextmanager
def real_proxy(name: str, folder: Path) -> Iterator[str]:
    """Its address, while the block runs."""
    package, scheme, command = REAL[name]
    if shutil.which(name) is None:
        pytest.skip(f"no {name} here: install Debian's {package}, and this runs")
    port = free_port()
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(command(folder, port), stdout=out, stderr=out)
    try:
        _await_listening(process, port, folder / "out")
        yield f"{scheme}127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _await_listening(process: "subprocess.Popen[bytes]", port: int, out: Path) -> None:
    until = time.monotonic() + START_S
    while not _listens(port):
        assert process.poll() is None, out.read_text()
        assert time.monotonic() < until, "the proxy does not listen"
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
