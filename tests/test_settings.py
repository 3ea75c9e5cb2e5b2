"""Settings: every mistake is told at once, by name, and no value is ever repeated."""

import re
from pathlib import Path

import pytest

from snapthread.settings import NOT_YET, Settings, SettingsError, load_settings

TOKEN = "123456789:AAE-secret_secret_secret_secret_se"
KEY = "sk-secret-secret-secret"
ENOUGH = {"TELEGRAM_BOT_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}
README = Path(__file__).parent.parent / "README.md"


def problems_of(environ: dict[str, str], env_file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file=env_file)
    return caught.value.problems


def told(environ: dict[str, str]) -> str:
    (problem,) = problems_of(ENOUGH | environ)
    return problem


def test_two_variables_are_enough() -> None:
    settings = load_settings(ENOUGH)

    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.openai_model == "gpt-6-luna"
    assert settings.store_url == "sqlite:///data/snapthread.db"
    assert settings.max_image_bytes == 20 * 1024 * 1024


def test_without_the_two_it_says_so() -> None:
    assert problems_of({}) == ["TELEGRAM_BOT_TOKEN is required.", "OPENAI_API_KEY is required."]


def test_a_command_that_needs_no_token_asks_for_none() -> None:
    assert load_settings({}, needs=()).telegram_bot_token.get_secret_value() == ""


def test_all_wrong_values_are_told_at_once_and_none_is_repeated() -> None:
    wrong = {
        "BOT_TOKEN": "pasted: wrong-value",
        "TELEGRAM_API_BASE_URL": "wrong-value",
        "OPENAI_API_KEY": "wrong value",
        "OPENAI_BASE_URL": "ftp://wrong-value",
        "OPENAI_MODEL": "wrong value",
        "OPENAI_REASONING_EFFORT": "wrong-value",
        "OPENAI_MAX_OUTPUT_TOKENS": "15",
        "ALLOWED_TELEGRAM_USER_IDS": "1,wrong-value",
        "ADMIN_USER_IDS": "*",
        "STORE_URL": "wrong-value",
        "MAX_IMAGE_MB": "0",
        "IMAGE_MAX_SIDE": "2017",
        "IMAGE_DETAIL": "wrong-value",
        "ALBUM_WAIT_S": "nan",
        "CONTEXT_MAX_TOKENS": "wrong-value",
        "MAX_PARALLEL_TURNS": "0",
        "BOT_LANGUAGE": "wrong-value",
        "LOG_FORMAT": "wrong-value",
        "LOG_LEVEL": "wrong-value",
        "HTTP_HOST": "wrong value",
        "HTTP_PORT": "65536",
        "FILE_RETENTION_DAYS": "wrong-value",
        "TELEGRAM_WEBHOOK_URL": "wrong-value",
        "TELEGRAM_WEBHOOK_SECRET": "wrong-value!",
    }

    problems = problems_of(wrong)

    assert {problem.split()[0] for problem in problems} == set(wrong)
    assert len(problems) == len(wrong)
    assert "wrong-value" not in "".join(problems)
    assert "wrong value" not in "".join(problems)


@pytest.mark.parametrize(
    "url",
    ["redis://u:secret@h", "rediss://h:6380/2?ssl_ca_certs=ca.pem", "valkey://h", "valkeys://h/"],
)
def test_the_store_may_be_on_a_server(url: str) -> None:
    settings = load_settings(ENOUGH | {"REDIS_URL": url})

    assert settings.store_url == url
    assert settings.has_store_server


@pytest.mark.parametrize(
    "url",
    ["redis://", "redis:///1", "redis://h/one", "redis://h:0", "redis://h:70000", "mysql://h"],
)
def test_an_address_that_names_no_server_is_refused(url: str) -> None:
    assert told({"STORE_URL": url}).startswith(
        "STORE_URL must be sqlite:/// and the path of a file,"
    )


def test_a_stores_password_is_a_secret() -> None:
    settings = load_settings(ENOUGH | {"STORE_URL": "rediss://bot:pass%20word@h"})

    assert "pass" not in repr(settings)
    assert {"pass%20word", "pass word"} < set(settings.secrets)


@pytest.mark.parametrize("name", NOT_YET)
def test_a_setting_that_this_version_does_not_act_on_is_refused(name: str) -> None:
    assert told({name: "1"}) == f"{name} is set, but this version does not have it yet."


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://bot.example.org/telegram", "/telegram"),
        ("https://bot.example.org", "/"),
        ("https://bot.example.org:8443/a/bot123:abc", "/a/bot123:abc"),
        ("http://127.0.0.1:8090/hook", "/hook"),
    ],
)
def test_updates_arrive_at_the_path_of_the_webhook(url: str, path: str) -> None:
    assert load_settings(ENOUGH | {"TELEGRAM_WEBHOOK_URL": url}).webhook_path == path


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://bot.example.org/telegram", "https"),
        ("https://bot.example.org/healthz", "no page of the bot"),
        ("https://bot.example.org/{x}", "letters"),
        ("https://bot.example.org/x?y=1", "https address"),
        ("bot.example.org/x", "https address"),
    ],
)
def test_a_webhook_that_cannot_be_called_is_refused(url: str, why: str) -> None:
    problem = told({"TELEGRAM_WEBHOOK_URL": url})
    assert problem.startswith("TELEGRAM_WEBHOOK_URL ")
    assert why in problem


def test_a_bot_api_server_of_ones_own_calls_http_too() -> None:
    own = {"TELEGRAM_API_BASE_URL": "http://telegram:8081"}
    url = {"TELEGRAM_WEBHOOK_URL": "http://snapthread:8090/telegram"}
    assert load_settings(ENOUGH | own | url).webhook_path == "/telegram"


def test_a_webhook_needs_the_port_of_the_pages() -> None:
    environ = {"TELEGRAM_WEBHOOK_URL": "https://bot.example.org/x", "HTTP_PORT": "0"}
    assert told(environ).startswith("HTTP_PORT must not be 0 where TELEGRAM_WEBHOOK_URL")


def test_a_secret_is_one_that_telegram_takes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret-of-the_webhook\n")
    settings = load_settings(ENOUGH | {"TELEGRAM_WEBHOOK_SECRET_FILE": str(secret)})
    assert settings.telegram_webhook_secret.get_secret_value() == "s3cret-of-the_webhook"
    assert "s3cret-of-the_webhook" in settings.secrets
    assert "letters" in told({"TELEGRAM_WEBHOOK_SECRET": "s" * 257})


def test_blank_means_unset() -> None:
    blank = {"OPENAI_MODEL": " ", "HTTP_PORT": "", NOT_YET[0]: " "}

    assert load_settings(ENOUGH | blank) == load_settings(ENOUGH)


def test_an_empty_reasoning_effort_means_that_none_is_sent() -> None:
    assert load_settings(ENOUGH).openai_reasoning_effort == "none"
    assert load_settings(ENOUGH | {"OPENAI_REASONING_EFFORT": ""}).openai_reasoning_effort is None


def test_the_first_generations_token_name_still_works() -> None:
    environ = {"BOT_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}

    assert load_settings(environ).telegram_bot_token.get_secret_value() == TOKEN


def test_more_than_telegram_serves_needs_a_server_of_ones_own() -> None:
    assert "at most 20" in told({"MAX_IMAGE_MB": "21"})
    own = {"MAX_IMAGE_MB": "21", "TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081/"}
    assert load_settings(ENOUGH | own).max_image_mb == 21


def test_user_ids_are_a_comma_list_or_a_star() -> None:
    environ = ENOUGH | {"ALLOWED_TELEGRAM_USER_IDS": "1, 2,", "ADMIN_USER_IDS": "3"}

    settings = load_settings(environ)

    assert settings.allowed_telegram_user_ids == frozenset({1, 2})
    assert settings.admin_user_ids == {3}
    star = load_settings(ENOUGH | {"ALLOWED_TELEGRAM_USER_IDS": "*"})
    assert star.allowed_telegram_user_ids is None


# ---------------------------------------------------------------- where values come from


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nOPENAI_API_KEY='{KEY}'\nHTTP_PORT=1\n")

    settings = load_settings({"HTTP_PORT": "2"}, env_file=env_file)

    assert settings.openai_api_key.get_secret_value() == KEY
    assert settings.http_port == 2


def test_no_env_file_is_no_mistake(tmp_path: Path) -> None:
    assert load_settings(ENOUGH, env_file=tmp_path / ".env").http_port == 8090


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(f"{TOKEN}\n")

    settings = load_settings({"TELEGRAM_BOT_TOKEN_FILE": str(secret), "OPENAI_API_KEY": KEY})

    assert settings.telegram_bot_token.get_secret_value() == TOKEN


def test_long_instructions_may_come_from_a_file(tmp_path: Path) -> None:
    text = tmp_path / "instructions"
    text.write_text("Be brief.\nBe kind.\n")

    settings = load_settings(ENOUGH | {"ASSISTANT_INSTRUCTIONS_FILE": str(text)})

    assert settings.assistant_instructions == "Be brief.\nBe kind."


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    problem = told({"ASSISTANT_INSTRUCTIONS_FILE": str(tmp_path / "gone")})

    assert problem == "ASSISTANT_INSTRUCTIONS_FILE names a file that cannot be read."


def test_a_secret_and_its_file_are_not_both_set(tmp_path: Path) -> None:
    problem = told({"OPENAI_API_KEY_FILE": str(tmp_path)})

    assert problem == "OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set: keep one."


# ---------------------------------------------------------------- secrets and the docs


def test_secrets_print_as_stars() -> None:
    settings = load_settings(ENOUGH)

    assert TOKEN not in repr(settings)
    assert KEY not in repr(settings)
    assert set(settings.secrets) == {TOKEN, KEY}


def rows_of_the_readme() -> dict[str, str]:
    """Each documented name with its row."""
    rows = re.findall(r"^\| (`[A-Z_]+`.*?) \| (.*?) \|", README.read_text("utf-8"), re.M)
    return {name: default for names, default in rows for name in re.findall(r"`(\w+)`", names)}


def test_the_readme_tells_every_setting_and_no_other() -> None:
    documented = set(rows_of_the_readme()) - {"BOT_TOKEN", "REDIS_URL"}

    assert documented == {name.upper() for name in Settings.model_fields}


def test_the_readme_tells_the_true_defaults() -> None:
    rows = rows_of_the_readme()
    plain = {
        name.upper(): field.default
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, int | float | str)
    }

    assert {name: rows[name].strip("`") for name in plain} == {
        name: f"{default:g}" if isinstance(default, float) else str(default)
        for name, default in plain.items()
    }
