"""Files of a deployment, as far as a machine without a container engine can tell."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from snapthread.settings import Settings
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
    assert packed == source | {"snapthread/demo/offline.txt"}  # the pinned offline model


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


NOT_OURS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "REDISCLI_AUTH", "DOMAIN"}


def test_what_is_set_for_the_bot_is_a_setting_of_it() -> None:
    """A misspelled name would be passed over in silence."""
    image = re.search(r"^ENV ((?:.*\\\n)*.*)", read("Dockerfile"), re.MULTILINE)
    unit = re.search(r"^Environment=(.*)", read("deploy/snapthread.service"), re.MULTILINE)
    assert image
    assert unit
    named = {*re.findall(r"(\w+)=", image[1]), *re.findall(r"(\w+)=", unit[1])}
    named |= set(re.findall(r"^ {6}([A-Z_]+): ", read("compose.yaml"), re.MULTILINE))
    assert {"DATA_DIR", "STORE_URL", "LOG_FORMAT"} <= named
    assert named - NOT_OURS <= {name.upper() for name in Settings.model_fields}


def test_systemd_understands_the_unit_and_finds_it_tight(tmp_path: Path) -> None:
    """With another command: systemd looks whether it is there."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not here")
    unit = tmp_path / "snapthread.service"
    written = read("deploy/snapthread.service")
    unit.write_text(written.replace("/opt/snapthread/bin/snapthread run", "/bin/true"))
    for words in (("verify", "--man=no"), ("security", "--offline=true", "--threshold=12")):
        told = subprocess.run(
            [program, *words, str(unit)], capture_output=True, text=True, check=False
        )
        assert (told.returncode, told.stderr) == (0, ""), told.stdout
