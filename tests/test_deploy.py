"""What is deployed, as far as a machine without a container engine can tell."""

import asyncio
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from snapthread.store import Store
from tests.servers import Server, own_server

HERE = Path(__file__).parent.parent
PASSWORD = "of-the-compose-file"


def read(name: str) -> str:
    return (HERE / name).read_text()


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    """Also the scripts of the store, the texts and the pages: no Python, so easily forgotten."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=HERE,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("snapthread/")}
    source = {
        str(path.relative_to(HERE / "src"))
        for path in (HERE / "src" / "snapthread").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == source


def test_the_server_of_the_compose_file_is_fit_to_be_the_store(tmp_path: Path) -> None:
    (command,) = re.findall(r"command: >-\n((?: {6,}.*\n)+)", read("compose.yaml"))
    words = shlex.split(command.replace("${VALKEY_PASSWORD}", PASSWORD))
    assert words[0] == "valkey-server"

    async def opened(server: Server) -> None:
        url = f"valkey://:{PASSWORD}@127.0.0.1:{server.port}/0"
        await (await Store.open(url)).close()

    with own_server(tmp_path, *words[1:]) as server:
        asyncio.run(opened(server))


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "deploy/Caddyfile"])
def test_all_speak_of_one_port(name: str) -> None:
    assert set(re.findall(r"\b8\d{3}\b", read(name))) <= {"8090"}


def test_the_proxy_brings_what_telegram_calls_and_nothing_else() -> None:
    handled = re.findall(r"^\thandle (\S+) \{", read("deploy/Caddyfile"), re.MULTILINE)
    assert [path for path in handled if path != "{"] == ["/telegram"]
    assert "TELEGRAM_WEBHOOK_URL=https://DOMAIN/telegram" in read("compose.yaml")


def test_whoever_stops_the_bot_gives_it_its_25_seconds() -> None:
    told = re.findall(r"stop_grace_period: (\d+)s # the bot", read("compose.yaml"))
    told += re.findall(r"TimeoutStopSec=(\d+)", read("deploy/snapthread.service"))
    assert len(told) == 2
    assert all(int(seconds) > 25 for seconds in told)


def test_the_image_is_built_of_pinned_requirements_that_exist() -> None:
    copied = re.findall(r"^COPY (requirements/\S+)", read("Dockerfile"), re.MULTILINE)
    assert copied
    for name in copied:
        assert "--hash=sha256:" in read(name)
        assert f"!{name}" in read(".dockerignore").splitlines()
