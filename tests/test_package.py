"""The wheel, installed as people install it: into an environment of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from snapthread import __version__

HERE: Final = Path(__file__).parent.parent
INSTALL_S: Final = 600


def uv() -> str:
    """The checkout's own, which `make setup` brings in, or the machine's."""
    own = HERE / ".uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        pytest.skip("no uv here: `make setup` brings it in")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=HERE, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def run(*command: str, **environ: str) -> str:
    """With nothing set but what a shell sets, and where packages come from."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "UV_", "SSL_", "HOME"))}
    if "PIP_INDEX_URL" in kept:
        kept.setdefault("UV_DEFAULT_INDEX", kept["PIP_INDEX_URL"])
    if "PIP_CERT" in kept:
        kept.setdefault("SSL_CERT_FILE", kept["PIP_CERT"])
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **kept, **environ},
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_alone_brings_the_command(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    install = ("pip", "install", "--offline", "--no-deps", "--python", sys.executable)
    run(uv(), *install, "--target", str(target), str(wheel))

    program = "from snapthread.cli import main; main()"
    told = run(sys.executable, "-c", program, "--version", PYTHONPATH=str(target))

    assert told.strip() == __version__
    assert (target / "bin" / "snapthread").exists()
    assert (target / "snapthread_sandbox" / "page").is_dir()
    pinned = (target / "snapthread" / "demo" / "offline.txt").read_text()
    assert pinned == (HERE / "requirements" / "offline.txt").read_text()


@pytest.mark.soak
def test_uv_tool_install_gives_a_command_that_runs_and_demonstrates(
    wheel: Path, tmp_path: Path
) -> None:
    folders = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run(uv(), "tool", "install", "--python", sys.executable, str(wheel), **folders)
    command = str(tmp_path / "bin" / "snapthread")

    assert run(command, "--version").strip() == __version__
    assert "backup" in run(command, "--help")
    _demonstrates(command, tmp_path)


@pytest.mark.soak
def test_pipx_gives_the_same(wheel: Path, tmp_path: Path) -> None:
    folders = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin")}
    pipx = (uv(), "tool", "run", "pipx")
    run(*pipx, "install", "--python", sys.executable, str(wheel), **folders)

    assert run(str(tmp_path / "bin" / "snapthread"), "--version").strip() == __version__


@pytest.mark.soak
def test_the_extras_can_be_installed(wheel: Path, tmp_path: Path) -> None:
    extras = tomllib.loads((HERE / "pyproject.toml").read_text())["project"].get(
        "optional-dependencies", {}
    )
    run(uv(), "venv", "--python", sys.executable, str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / "bin" / "python")
    run(uv(), "pip", "install", "--python", python, f"{wheel}[{','.join(extras)}]")
    run(python, "-c", "import opentelemetry.sdk.trace, snapthread.adapters.telemetry.tracing")


def _demonstrates(command: str, folder: Path) -> None:
    """Until it says where it is; then it is stopped as by Ctrl-C."""
    demo = [command, "demo", "--port", "0", "--no-browser", "--stand-in"]
    with subprocess.Popen(
        demo,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = next((line for line in process.stdout if "http://127.0.0.1:" in line), "")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=INSTALL_S)
    assert said.startswith("Snapthread demo: http://127.0.0.1:")
