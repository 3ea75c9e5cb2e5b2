"""`snapthread doctor` as an operator runs it: one line each, or one document; the exit status."""

import asyncio
import json
from pathlib import Path

from snapthread_sandbox.openai.scripted_model import Answer
from tests.doctor.clinic import KEY, TOKEN, Clinic, play
from tests.process.warm import snapthread
from tests.proxies import PASSWORD, USER


def test_wrong_settings_are_told_in_full_and_without_a_value(tmp_path: Path) -> None:
    wrong = {"OPENAI_PROXY": f"ftp://{USER}:{PASSWORD}@h", "HTTP_PORT": "http"}

    done = snapthread("doctor", "--json", cwd=tmp_path, **wrong)

    checks = json.loads(done.stdout)["checks"]
    assert done.returncode == 1
    assert [check["ok"] for check in checks] == [False, False]
    assert {check["say"].split()[0] for check in checks} == set(wrong)
    assert PASSWORD not in done.stdout + done.stderr


def test_a_good_set_up_ends_with_0_and_prints_one_line_for_each_check(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        done = await asyncio.to_thread(snapthread, "doctor", cwd=tmp_path, **clinic.environ)
        lines = done.stdout.splitlines()
        assert done.returncode == 0, done.stdout + done.stderr
        assert {line[0] for line in lines} == {"✓", "!"}
        assert any(line.startswith("✓ openai.sight") for line in lines)
        assert done.stderr == ""

    play(story, tmp_path)


def test_a_broken_one_ends_with_1_and_no_secret_is_printed(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.model.otherwise = Answer(text="The picture shows a cat.")
        environ = clinic.environ | {"OPENAI_MODEL": "gpt-6-sol", "LOG_LEVEL": "DEBUG"}
        arguments = ("doctor", "--json")
        done = await asyncio.to_thread(snapthread, *arguments, cwd=tmp_path, **environ)
        checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
        assert done.returncode == 1
        assert checks["openai.sight"]["ok"] is False
        assert set(checks["openai.sight"]) == {"name", "ok", "say"}
        assert not [secret for secret in (TOKEN, KEY) if secret in done.stdout + done.stderr]

    play(story, tmp_path)
