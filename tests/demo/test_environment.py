"""The environment of the demo's bot: no key without its flag, nor anything else of the shell."""

from pathlib import Path

import pytest

from snapthread.demo.environment import Doubles, bot_environment
from snapthread.settings import SettingsError, load_settings

DOUBLES = Doubles(url="http://127.0.0.1:8080", token="123456789:" + "d" * 35, key="sk-demo")
TOKEN = "987654321:" + "r" * 35
SHELL = {
    "PATH": "/usr/bin",
    "HOME": "/home/ada",
    "OPENAI_API_KEY": "sk-real",
    "OPENAI_BASE_URL": "https://real.example/v1",
    "OPENAI_MODEL": "gpt-real",
    "OPENAI_ORG_ID": "org-real",
    "TELEGRAM_BOT_TOKEN": TOKEN,
    "BOT_TOKEN": TOKEN,
    "TELEGRAM_API_BASE_URL": "https://real.example",
    "ADMIN_USER_IDS": "7",
    "STORE_URL": "sqlite:////real.db",
    "REDIS_URL": "redis://real",
    "DATA_DIR": "/real",
    "LOG_LEVEL": "ERROR",
    "HTTPS_PROXY": "http://real.example:3128",
    "AWS_SECRET_ACCESS_KEY": "real",
}


def told(tmp_path: Path, **flags: bool) -> dict[str, str]:
    return bot_environment(SHELL, DOUBLES, tmp_path, env_file=None, **flags)


def test_without_a_flag_nothing_real_comes_in(tmp_path: Path) -> None:
    environ = told(tmp_path)

    assert "real" not in " ".join(environ.values())
    assert environ["OPENAI_API_KEY"] == "sk-demo"
    assert environ["OPENAI_BASE_URL"] == "http://127.0.0.1:8080/v1"
    assert environ["TELEGRAM_BOT_TOKEN"] == DOUBLES.token
    assert environ["TELEGRAM_API_BASE_URL"] == "http://127.0.0.1:8080"


def test_people_of_the_demo_may_choose(tmp_path: Path) -> None:
    offer = load_settings(told(tmp_path)).offer

    assert offer.models == ("gpt-6-luna", "gpt-6-sol")
    assert {persona.languages for persona in offer.personas} == {("en",), ("ru",), ("de",)}
    assert offer.has_own_instructions


def test_what_a_process_needs_comes_along(tmp_path: Path) -> None:
    environ = told(tmp_path)

    assert environ["PATH"] == "/usr/bin"
    assert environ["HOME"] == "/home/ada"


@pytest.mark.parametrize("flags", [{}, {"real_openai": True}, {"real_telegram": True}])
def test_the_store_is_always_its_own(tmp_path: Path, flags: dict[str, bool]) -> None:
    environ = told(tmp_path, **flags)

    assert environ["DATA_DIR"] == str(tmp_path / "data")
    assert not environ.keys() & {"STORE_URL", "REDIS_URL"}


def test_the_real_openai_comes_without_the_real_telegram(tmp_path: Path) -> None:
    environ = told(tmp_path, real_openai=True)

    assert environ["OPENAI_API_KEY"] == "sk-real"
    assert environ["OPENAI_BASE_URL"] == "https://real.example/v1"
    assert environ["OPENAI_MODEL"] == "gpt-real"
    assert environ["OPENAI_ORG_ID"] == "org-real"
    assert environ["HTTPS_PROXY"] == "http://real.example:3128"
    assert environ["TELEGRAM_BOT_TOKEN"] == DOUBLES.token
    assert TOKEN not in environ.values()


def test_the_real_telegram_comes_without_the_real_openai(tmp_path: Path) -> None:
    environ = told(tmp_path, real_telegram=True)

    assert environ["TELEGRAM_BOT_TOKEN"] == TOKEN
    assert environ["TELEGRAM_API_BASE_URL"] == "https://real.example"
    assert environ["ADMIN_USER_IDS"] == "7"
    assert environ["OPENAI_API_KEY"] == "sk-demo"
    assert environ["OPENAI_BASE_URL"] == "http://127.0.0.1:8080/v1"
    assert not environ.keys() & {"OPENAI_MODEL", "OPENAI_ORG_ID"}


def test_the_env_file_counts_only_with_a_flag(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("OPENAI_MODEL=gpt-from-file\nALBUM_WAIT_S=3\n")
    shell = {name: value for name, value in SHELL.items() if name != "OPENAI_MODEL"}

    without = bot_environment(shell, DOUBLES, tmp_path, env_file=env_file)
    with_flag = bot_environment(shell, DOUBLES, tmp_path, env_file=env_file, real_openai=True)

    assert "OPENAI_MODEL" not in without
    assert with_flag["OPENAI_MODEL"] == "gpt-from-file"
    assert "ALBUM_WAIT_S" not in with_flag


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-from-file\n")
    shell = {"OPENAI_API_KEY_FILE": str(tmp_path / "key")}

    environ = bot_environment(shell, DOUBLES, tmp_path, real_openai=True)

    assert environ["OPENAI_API_KEY"] == "sk-from-file"
    assert "OPENAI_API_KEY_FILE" not in environ


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY is required"):
        bot_environment({}, DOUBLES, tmp_path, real_openai=True)


def test_the_way_to_the_code_is_absolute(tmp_path: Path) -> None:
    environ = bot_environment({"PYTHONPATH": "src"}, DOUBLES, tmp_path)

    assert environ["PYTHONPATH"] == str(Path("src").absolute())
