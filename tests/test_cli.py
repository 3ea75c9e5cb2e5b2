"""The command line: exit codes, and help that does not wait for what it does not need."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from snapthread.cli import cli
from snapthread.cli.common import run_command, sentences_of
from snapthread.cli.reconcile import DID, WOULD, in_words
from snapthread.errors import ChatBusy, FilesBusy, StoreDenied, StoreFull
from snapthread.images.reconcile import ReconcileResult
from snapthread.store import Store

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
        timeout=600,  # only ends one that hangs
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_bot_that_was_stopped_while_it_started_told_a_failure(
    tmp_path: Path, number: signal.Signals
) -> None:
    settings = {
        "TELEGRAM_BOT_TOKEN": "123456789:AAE-secret_secret_secret_secret_se",
        "OPENAI_API_KEY": "sk-secret-secret-secret",
        "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9",
        "HTTP_PORT": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "snapthread", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **settings},
        stderr=subprocess.PIPE,
        text=True,
    ) as bot:
        assert bot.stderr is not None
        assert "bot.starting" in bot.stderr.readline()
        bot.send_signal(number)
        assert bot.wait(30) == 0


def test_a_stop_before_the_settings_were_read_told_a_failure(tmp_path: Path) -> None:
    """Half of the start is before its first line."""
    slow = tmp_path / "token"
    os.mkfifo(slow)
    with subprocess.Popen(
        [sys.executable, "-m", "snapthread", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TELEGRAM_BOT_TOKEN_FILE": str(slow)},
    ) as bot:
        written = None
        while written is None and bot.poll() is None:
            with suppress(OSError):  # nobody reads it yet
                written = os.open(slow, os.O_WRONLY | os.O_NONBLOCK)
            time.sleep(0.01)
        bot.terminate()
        assert bot.wait(30) == 0
        assert written is not None
        os.close(written)


def test_the_env_file_beside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=1:x\nBOT_LANGUAGE=tlh\n")

    done = snapthread("run", cwd=tmp_path, OPENAI_API_KEY="sk-private")

    assert done.stderr.splitlines() == ["BOT_LANGUAGE must be one of de, en, ru."]


def test_a_checkout_that_is_not_installed_as_a_package_did_not_start(tmp_path: Path) -> None:
    """`make demo` in a fresh clone: the packages it needs, and our code where it lies."""
    program = (
        "import importlib.metadata as metadata, sys, types\n"
        "find = metadata.Distribution.from_name\n"
        "def found(name):\n"
        "    if name == 'snapthread': raise metadata.PackageNotFoundError(name)\n"
        "    return find(name)\n"
        "metadata.Distribution.from_name = found\n"
        "app = types.ModuleType('snapthread.app.run')\n"
        "app.run = lambda *_: 0\n"
        "sys.modules['snapthread.app.run'] = app\n"
        "from snapthread.cli import cli\n"
        "cli(['run'])\n"
    )
    settings = {"BOT_TOKEN": "123456789:xyzzy-xyzzy", "OPENAI_API_KEY": "sk-private"}

    done = python("-c", program, cwd=tmp_path, HTTP_PORT="0", **settings)

    assert done.returncode == 0, done.stderr


def test_a_mistake_of_ours_is_told_without_secrets(tmp_path: Path) -> None:
    program = (
        "import sys, types\n"
        "app = types.ModuleType('snapthread.app.run')\n"
        "def run(*_): raise OSError('/bot123456789:xyzzy-xyzzy/getMe')\n"
        "app.run = run\n"
        "sys.modules['snapthread.app.run'] = app\n"
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


@pytest.mark.parametrize("command", ["erase --yes", "export"])
@pytest.mark.parametrize("user", ["abc", "1.5", "0", "-1", "٣", str(2**60)])
def test_what_is_no_user_id_is_told_in_words(command: str, user: str) -> None:
    result = CliRunner().invoke(cli, [*command.split(), "--", user])

    told = " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())
    assert result.exit_code == 2
    assert f"{user!r} is not a Telegram user id: that is a whole number" in told


def test_a_replay_of_what_was_not_put_aside_says_where_to_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_new_store(tmp_path / "data" / "snapthread.db"))
    monkeypatch.chdir(tmp_path)

    words = CliRunner().invoke(cli, ["inbox", "--replay", "999"])
    document = CliRunner().invoke(cli, ["inbox", "--replay", "999", "--json"])
    dropped = CliRunner().invoke(cli, ["inbox", "--drop", "999", "--json"])
    both = CliRunner().invoke(cli, ["inbox", "--drop", "999", "--replay", "999"])
    assert (dropped.exit_code, dropped.stdout, both.exit_code) == (1, '{"dropped": false}\n', 2)

    assert (words.exit_code, document.exit_code) == (1, 1)
    assert words.stdout == ""
    assert words.stderr.startswith("snapthread: no message with the id 999 was put aside;")
    assert json.loads(document.stdout) == {"replayed": False}


@pytest.mark.parametrize("id", ["0", "-3", "abc", str(2**70)])
def test_an_id_that_no_message_can_have_was_a_traceback(id: str) -> None:
    result = CliRunner().invoke(cli, ["inbox", f"--replay={id}"])

    assert result.exit_code == 2
    assert "Invalid value for '--replay'" in result.output


def test_a_file_without_a_byte_was_a_store_of_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "data" / "snapthread.db"
    store.parent.mkdir()
    store.touch()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["inbox"])

    assert result.exit_code == 1
    assert result.stderr.startswith("snapthread: there is no store at data/snapthread.db")
    assert store.stat().st_size == 0


async def _new_store(path: Path) -> None:
    await (await Store.open(path)).close()


def test_a_dry_run_says_what_would_be_done() -> None:
    result = {"orphans_deleted": 1, "missing_restored": 2, "missing_retired": 0}

    assert in_words(result, WOULD) == [
        "would delete 1 file at OpenAI that nobody knows of",
        "would restore 2 files that OpenAI lacks, as far as Telegram has them",
    ]
    assert in_words(result, DID) == [
        "deleted 1 file that nobody knows of",
        "brought back 2 files that were missing",
    ]
    assert WOULD.keys() == DID.keys() == {field.name for field in fields(ReconcileResult)}


@pytest.mark.parametrize(
    "failure",
    [
        StoreDenied("The database is damaged: /data/x.db."),
        ExceptionGroup(
            "", [ExceptionGroup("", [StoreDenied("The database is damaged: /data/x.db.")])]
        ),
    ],
)
def test_whatever_fails_in_our_words_is_a_sentence(
    failure: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(_: object) -> None:
        raise failure

    with pytest.raises(typer.Exit) as ended:
        run_command(work, needs=())

    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "snapthread: The database is damaged: /data/x.db.\n"


def test_a_failure_without_words_is_still_a_sentence_and_a_mistake_of_ours_is_none() -> None:
    assert sentences_of(StoreFull()) == ["The disk is full."]
    assert sentences_of(KeyError("x")) == []
    assert sentences_of(ExceptionGroup("", [StoreFull(), KeyError("x")])) == []


def test_a_service_that_was_away_was_told_by_the_name_of_an_exception() -> None:
    assert sentences_of(FilesBusy("ConnectError")) == [
        "the server that holds the files does not answer just now (ConnectError): try again"
    ]
    assert sentences_of(ExceptionGroup("", [ChatBusy("502 Bad Gateway")])) == [
        "Telegram does not answer just now (502 Bad Gateway): try again"
    ]


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )

    done = python("-c", program, cwd=tmp_path)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_imports_rich_only_for_what_it_shows(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "try:\n"
        "    cli(['usage'])\n"
        "finally:\n"
        "    print([name for name in ('structlog', 'rich') if name in sys.modules])\n"
    )

    done = python("-c", program, cwd=tmp_path)

    assert done.stdout.splitlines()[-1] == "['structlog']"


def test_a_command_imported_metrics_and_readers_of_files_that_it_does_not_have(
    tmp_path: Path,
) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "try:\n"
        "    cli(['usage'])\n"
        "finally:\n"
        "    unused = ('prometheus_client', 'tomllib', 'dotenv')\n"
        "    print([name for name in unused if name in sys.modules])\n"
    )

    done = python("-c", program, cwd=tmp_path)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plugin_of_another_package_read_the_settings_too(tmp_path: Path) -> None:
    told = tmp_path / "nosy-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Name: nosy\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[pydantic]\nnosy = nosy:plugin\n")
    (tmp_path / "nosy.py").write_text("print('I am here')\nplugin = None\n")
    program = (
        "import os\nos.environ.pop('PYDANTIC_DISABLE_PLUGINS', None)\nimport snapthread.settings\n"
    )

    assert python("-c", program, cwd=tmp_path).stdout == ""


def test_a_limit_without_a_price_was_told_after_the_port_was_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = snapthread(
            "run",
            cwd=tmp_path,
            BOT_TOKEN="123456789:xyzzy-xyzzy",
            OPENAI_API_KEY="sk-private",
            OPENAI_MODEL="home-made",
            USER_DAILY_COST_USD="1",
            HTTP_PORT=str(taken.getsockname()[1]),
        )

    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [
        "USER_DAILY_COST_USD is set, but OPENAI_MODEL has no price: name it in PRICES_FILE."
    ]


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
