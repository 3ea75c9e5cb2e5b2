"""The command line: exit codes, and help that does not wait for what it does not need."""

import os
import socket
import subprocess
import sys
from pathlib import Path

HEAVY = ("openai", "pydantic", "aiohttp", "PIL", "structlog", "prometheus_client")


def snapthread(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "snapthread", *arguments, cwd=cwd, **environ)


def python(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, with nothing set but what is told here."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_tells_the_commands(tmp_path: Path) -> None:
    done = snapthread("--help", cwd=tmp_path)

    assert done.returncode == 0
    assert "run" in done.stdout


def test_the_version_is_told(tmp_path: Path) -> None:
    done = snapthread("--version", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.strip()[0].isdigit()


def test_an_unknown_command_is_wrong_use(tmp_path: Path) -> None:
    done = snapthread("fly", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""


def test_wrong_settings_are_told_on_standard_error_a_line_each(tmp_path: Path) -> None:
    done = snapthread("run", cwd=tmp_path, OPENAI_API_KEY="sk-private", HTTP_PORT="http")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "TELEGRAM_BOT_TOKEN is required.",
        "HTTP_PORT must be a port from 1 to 65535, or 0 for none.",
    ]


def test_a_limit_of_money_without_a_price_ends_the_start(tmp_path: Path) -> None:
    done = snapthread(
        "run",
        cwd=tmp_path,
        BOT_TOKEN="1:x",
        OPENAI_API_KEY="sk-private",
        OPENAI_MODEL="home-made",
        BOT_MONTHLY_COST_USD="1",
        HTTP_PORT="0",
    )

    assert done.returncode == 2
    assert "\nBOT_MONTHLY_COST_USD is set, but OPENAI_MODEL has no price" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_env_file_beside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=1:x\nBOT_LANGUAGE=tlh\n")

    done = snapthread("run", cwd=tmp_path, OPENAI_API_KEY="sk-private")

    assert done.stderr.splitlines() == ["BOT_LANGUAGE must be en or ru."]


def test_a_mistake_of_ours_is_told_without_secrets(tmp_path: Path) -> None:
    program = (
        "import sys, types\n"
        "app = types.ModuleType('snapthread.app')\n"
        "def run(*_): raise OSError('/bot123456789:xyzzy-xyzzy/getMe')\n"
        "app.run = run\n"
        "app.load_prices = lambda settings: None\n"
        "sys.modules['snapthread.app'] = app\n"
        "from snapthread.cli import cli\n"
        "cli(['run'])\n"
    )

    done = python(
        "-c",
        program,
        cwd=tmp_path,
        BOT_TOKEN="123456789:xyzzy-xyzzy",
        OPENAI_API_KEY="sk-private",
        HTTP_PORT="0",
    )

    assert done.returncode == 1
    assert "bot.broke" in done.stderr
    assert "OSError" in done.stderr
    assert "xyzzy" not in done.stderr


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )

    done = python("-c", program, cwd=tmp_path)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_port_in_use_is_told_before_anything_slow_is_imported(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "try:\n"
        "    cli(['run'])\n"
        "finally:\n"
        "    slow = ('openai', 'aiohttp', 'PIL', 'genai_prices', 'prometheus_client')\n"
        "    print([name for name in slow if name in sys.modules])\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = python(
            "-c",
            program,
            cwd=tmp_path,
            BOT_TOKEN="123456789:xyzzy-xyzzy",
            OPENAI_API_KEY="sk-private",
            HTTP_PORT=str(port),
        )

    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert "bot.starting" in first
    assert second == (
        f"snapthread: HTTP_PORT {port} on 127.0.0.1 is in use: choose another one, or 0 for none."
    )
    assert done.stdout.splitlines() == ["[]"]
    assert list(tmp_path.iterdir()) == []
