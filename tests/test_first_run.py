"""The first run: what it writes, and when it does not ask."""

import stat
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from dotenv import dotenv_values

from snapthread.cli import first_run, probe
from tests.test_cli import snapthread


def test_nobody_is_asked_where_nobody_is_at_a_terminal(tmp_path: Path) -> None:
    done = snapthread("run", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "TELEGRAM_BOT_TOKEN is required.",
        "OPENAI_API_KEY is required.",
    ]


@pytest.mark.parametrize("value", ["123456:abc_DEF-ghi", "sk-x", "a'b\\c\"d#e$f", "a=b"])
def test_what_is_written_is_read_as_it_was(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    first_run._write({"OPENAI_API_KEY": value})

    assert dotenv_values(".env", interpolate=False) == {"OPENAI_API_KEY": value}


def test_what_was_in_the_file_stays_and_nobody_else_reads_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = tmp_path / ".env"
    env.write_text("BOT_LANGUAGE=ru")
    env.chmod(0o644)

    first_run._write({"OPENAI_API_KEY": "sk-x"})

    assert env.read_text() == "BOT_LANGUAGE=ru\nOPENAI_API_KEY=sk-x\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_a_service_that_cannot_be_reached_proves_nothing() -> None:
    nobody = "http://127.0.0.1:9"

    for verdict in (
        probe.check_token("1:secret", nobody),
        probe.check_key("sk-secret", nobody, "gpt-6-luna"),
    ):
        assert verdict.is_good is None
        assert "secret" not in verdict.told


def test_a_key_does_not_follow_a_server_that_sends_us_elsewhere() -> None:
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever).start()
        verdict = probe.check_key("sk-secret", f"http://127.0.0.1:{server.server_port}", "a")
        server.shutdown()

    assert asked == ["/models"]
    assert verdict.is_good is None
