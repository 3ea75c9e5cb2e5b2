"""Settings: every mistake is told at once, by name, and no value is ever repeated."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.app.prices import (
    PriceMissing,
    load_prices,
    refuse_limits_without_price,
    too_low,
)
from snapthread.clock import utc_now
from snapthread.model.people import OwnLimits, Person
from snapthread.model.quotas import Limits
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
        "OPENAI_PROXY": "ftp://user:wrong-value@proxy",
        "OPENAI_SEES": "wrong-value",
        "OPENAI_MODEL": "wrong value",
        "OPENAI_REASONING_EFFORT": "wrong-value",
        "OPENAI_MAX_OUTPUT_TOKENS": "15",
        "ALLOWED_TELEGRAM_USER_IDS": "1,wrong-value",
        "ADMIN_USER_IDS": "*",
        "STORE_URL": "wrong-value",
        "MAX_IMAGE_MB": "0",
        "MODELS": "wrong value",
        "ACCESS": "wrong-value",
        "REQUIRED_CHANNEL": "wrong-value",
        "PERSONAS_FILE": "/wrong-value",
        "PRICES_FILE": "/wrong-value",
        "OWN_INSTRUCTIONS": "wrong-value",
        "IMAGE_MAX_SIDE": "511",
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
        "USER_DAILY_MESSAGES": "-1",
        "USER_DAILY_IMAGES": "wrong-value",
        "USER_DAILY_COST_USD": "-0.01",
        "USER_MONTHLY_COST_USD": "wrong-value",
        "BOT_MONTHLY_COST_USD": "nan",
        "GROUP_ANSWERS": "wrong-value",
        "ALLOWED_GROUP_IDS": "5",
        "GROUP_CONVERSATION": "wrong-value",
        "GROUP_CONTEXT": "51",
        "GUEST_MODE": "wrong-value",
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
    [
        *("redis://", "redis:///1", "redis://h/one", "redis://h:0", "redis://h:70000"),
        *("redis://a b", "mysql://h"),
    ],
)
def test_an_address_that_names_no_server_is_refused(url: str) -> None:
    assert told({"STORE_URL": url}).startswith(
        "STORE_URL must be sqlite:/// and the path of a file,"
    )


def test_a_stores_password_is_a_secret() -> None:
    settings = load_settings(ENOUGH | {"STORE_URL": "rediss://bot:pass%20word@h"})

    assert "pass" not in repr(settings)
    assert {"pass%20word", "pass word"} < set(settings.secrets)


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


# ---------------------------------------------------------------- proxies


@pytest.mark.parametrize("name", NOT_YET)
def test_a_setting_that_this_version_does_not_act_on_is_refused(name: str) -> None:
    problems = problems_of(ENOUGH | {name: "1"})

    assert f"{name} is set, but this version does not have it yet." in problems


PROXY = "socks5://proxy-user:p%40ss-word-of-it@proxy.example.org:1080"


@pytest.mark.parametrize("proxy", ["http://h", "https://u:p@h:3128/", "socks5://[::1]:1080", PROXY])
def test_a_proxy_leads_to_openai(proxy: str) -> None:
    assert load_settings(ENOUGH | {"OPENAI_PROXY": proxy}).way_to_openai == proxy


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "socks4://h", "ftp://h", "http://", "http://h:0", "http://h:70000"]
)
def test_an_address_that_is_no_proxy_is_refused_in_a_sentence(proxy: str) -> None:
    assert told({"OPENAI_PROXY": proxy}) == (
        "OPENAI_PROXY must be the http://, https:// or socks5:// address of a proxy,"
        " perhaps user:password@."
    )


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "TELEGRAM_API_BASE_URL"])
@pytest.mark.parametrize(
    "url",
    ["http://", "http://a b/v1", "http://h:0", "http://h:70000/v1", "http://h:x", "http://[::1"],
)
def test_an_address_that_nobody_can_reach_is_told_at_once(name: str, url: str) -> None:
    assert told({name: url}) == f"{name} must be an http or https address."


def test_a_proxys_password_that_ends_the_address_too_early_is_told() -> None:
    assert told({"OPENAI_PROXY": "http://user:pass/word@proxy:3128"}).startswith(
        "OPENAI_PROXY must"
    )
    assert "%23" in told({"OPENAI_PROXY": "http://proxy:3128/#word"})


@pytest.mark.parametrize(
    ("no_proxy", "base_url", "is_near"),
    [
        ("localhost,127.0.0.1", None, False),
        (".openai.com", None, True),
        ("*", None, True),
        ("llm.lan", "http://llm.lan:8000/v1", True),
        ("llm.lan:8000", "http://llm.lan:8000/v1", True),
        ("::1", "http://[::1]:8000/v1", True),
        ("lan", "http://vlan:8000/v1", False),
    ],
)
def test_no_proxy_names_who_is_reached_without(
    no_proxy: str, base_url: str | None, is_near: bool
) -> None:
    base = {"OPENAI_BASE_URL": base_url} if base_url else {}
    settings = load_settings(ENOUGH | base | {"OPENAI_PROXY": PROXY, "no_proxy": no_proxy})

    assert (settings.way_to_openai is None) == is_near


def test_a_proxys_user_and_password_are_secrets_in_every_spelling(tmp_path: Path) -> None:
    file = tmp_path / "proxy"
    file.write_text(PROXY)

    settings = load_settings(ENOUGH | {"OPENAI_PROXY_FILE": str(file)})

    header = b64encode(b"proxy-user:p@ss-word-of-it").decode()
    assert {"proxy-user", "p%40ss-word-of-it", "p@ss-word-of-it", header} < set(settings.secrets)
    assert "ss-word" not in repr(settings)
    assert "proxy-user" not in repr(settings)


@pytest.mark.parametrize(
    ("base_url", "is_own"),
    [
        (None, True),
        ("https://eu.api.openai.com/v1", True),
        ("https://my-openai.com/v1", False),
        ("https://name.openai.azure.com/openai/v1", False),
        ("http://127.0.0.1:11434/v1", False),
    ],
)
def test_whose_server_it_is_tells_its_host(base_url: str | None, is_own: bool) -> None:
    base = {"OPENAI_BASE_URL": base_url} if base_url else {}

    assert load_settings(ENOUGH | base).is_openais_own == is_own


# ---------------------------------------------------------------- limits


def test_no_limit_is_set_by_itself() -> None:
    assert load_settings(ENOUGH).limits == Limits()


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({}, "open"),
        ({"ALLOWED_TELEGRAM_USER_IDS": "1,2"}, "list"),
        ({"ALLOWED_TELEGRAM_USER_IDS": "*"}, "open"),
        ({"ACCESS": "Invite"}, "invite"),
        ({"ACCESS": "invite", "ALLOWED_TELEGRAM_USER_IDS": "1"}, "invite"),
    ],
)
def test_who_may_is_a_list_where_there_is_one(environ: dict[str, str], mode: str) -> None:
    assert load_settings(ENOUGH | environ).access_mode == mode


def test_a_list_that_means_nothing_is_told() -> None:
    assert told({"ACCESS": "list"}) == (
        "ACCESS is list, but ALLOWED_TELEGRAM_USER_IDS names nobody."
    )
    assert told({"ACCESS": "open", "ALLOWED_TELEGRAM_USER_IDS": "1"}).startswith("ACCESS is open")


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("@news_of_us", ("@news_of_us", "https://t.me/news_of_us")),
        ("-1001234567890 https://t.me/+AbC", ("-1001234567890", "https://t.me/+AbC")),
    ],
)
def test_a_channel_is_its_name_or_its_number_and_link(
    written: str, channel: tuple[str, str]
) -> None:
    assert load_settings(ENOUGH | {"REQUIRED_CHANNEL": written}).required_channel == channel


def test_limits_of_money_are_whole_micro_dollars() -> None:
    sums = {
        "USER_DAILY_COST_USD": "0.1",
        "USER_MONTHLY_COST_USD": "2.50",
        "BOT_MONTHLY_COST_USD": "0.000001",
    }

    settings = load_settings(ENOUGH | sums | {"USER_DAILY_MESSAGES": "7", "USER_DAILY_IMAGES": "3"})

    assert settings.limits == Limits(
        user_daily_messages=7,
        user_daily_images=3,
        user_daily_cost_micros=100_000,
        user_monthly_cost_micros=2_500_000,
        bot_monthly_cost_micros=1,
    )


@pytest.mark.parametrize("sum", ["0.0000001", "1000001", "1,5", "inf"])
def test_a_sum_that_would_not_be_meant_is_refused(sum: str) -> None:
    assert told({"BOT_MONTHLY_COST_USD": sum}) == (
        "BOT_MONTHLY_COST_USD must be dollars, to a millionth and up to a million, or 0: no limit."
    )


def test_a_limit_of_money_needs_a_model_with_a_price() -> None:
    unpriced = {"OPENAI_MODEL": "home-made", "USER_DAILY_COST_USD": "1", "USER_DAILY_IMAGES": "1"}

    with pytest.raises(SettingsError) as caught:
        load_prices(load_settings(ENOUGH | unpriced))

    assert caught.value.problems == [
        "USER_DAILY_COST_USD is set, but OPENAI_MODEL has no price: name it in PRICES_FILE."
    ]


def test_a_limit_of_money_needs_a_price_for_what_is_heard_too() -> None:
    unpriced = {"TRANSCRIPTION_MODEL": "home-made", "USER_DAILY_COST_USD": "1"}

    with pytest.raises(SettingsError) as caught:
        load_prices(load_settings(ENOUGH | unpriced))

    assert caught.value.problems == [
        "USER_DAILY_COST_USD is set, but TRANSCRIPTION_MODEL has no price: name it in PRICES_FILE."
    ]
    load_prices(load_settings(ENOUGH | unpriced | {"TRANSCRIPTION_MODEL": ""}))


class Known:
    """A person with a limit in dollars of their own."""

    async def count_people(self) -> int:
        return 1

    async def people(self, *, limit: int) -> tuple[Person, ...]:
        own = OwnLimits(user_daily_cost_micros=1_000_000)
        return (Person(user_id=7, first_at=utc_now(), last_at=utc_now(), limits=own),)[:limit]


@pytest.mark.parametrize("changed", [{"OPENAI_MODEL": "home-made"}, {"MODELS": "home-made"}])
async def test_a_limit_of_money_of_one_person_was_not_looked_at_when_the_model_changed(
    changed: dict[str, str],
) -> None:
    settings = load_settings(ENOUGH | changed)
    with pytest.raises(PriceMissing, match="7"):
        await refuse_limits_without_price(cast(Any, Known()), settings, load_prices(settings))
    settings = load_settings(ENOUGH)
    await refuse_limits_without_price(cast(Any, Known()), settings, load_prices(settings))


async def test_the_start_was_refused_for_a_limit_that_an_admin_never_meets() -> None:
    settings = load_settings(ENOUGH | {"OPENAI_MODEL": "home-made", "ADMIN_USER_IDS": "7"})
    await refuse_limits_without_price(cast(Any, Known()), settings, load_prices(settings))


def test_voice_is_heard_by_itself_and_may_be_turned_off() -> None:
    usual = load_settings(ENOUGH)
    silent = load_settings(ENOUGH | {"TRANSCRIPTION_MODEL": ""})

    assert (usual.transcription_model, usual.max_voice_minutes) == ("gpt-transcribe", 10)
    assert silent.transcription_model == ""
    assert told({"TRANSCRIPTION_MODEL": "two words"}) == (
        "TRANSCRIPTION_MODEL must be a model's id, without spaces, or empty: no voice."
    )
    assert told({"MAX_VOICE_MINUTES": "-1"}) == (
        "MAX_VOICE_MINUTES must be a whole number, or 0: no limit."
    )


def test_a_days_voice_is_counted_in_seconds() -> None:
    settings = load_settings(ENOUGH | {"USER_DAILY_VOICE_MINUTES": "2"})

    assert settings.limits == Limits(user_daily_voice_s=120)


def test_a_recording_is_as_large_as_telegram_gives_and_the_service_takes() -> None:
    own_server = {"TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081"}

    assert load_settings(ENOUGH).max_sound_bytes == 20 * 1024 * 1024
    assert load_settings(ENOUGH | own_server).max_sound_bytes == 25 * 1024 * 1024


def test_a_limit_of_money_that_no_question_fits_in_is_found() -> None:
    limits = {"USER_DAILY_COST_USD": "0.002", "BOT_MONTHLY_COST_USD": "0.003"}
    settings = load_settings(ENOUGH | limits)  # the longest answer costs 0.002048
    shorter = settings.model_copy(update={"openai_max_output_tokens": 1000})
    prices = load_prices(settings)

    assert too_low(settings, prices) == ("USER_DAILY_COST_USD",)
    assert too_low(shorter, prices) == ()


def test_without_a_limit_of_money_a_model_needs_no_price() -> None:
    settings = load_settings(ENOUGH | {"OPENAI_MODEL": "home-made", "USER_DAILY_IMAGES": "1"})

    assert not load_prices(settings).knows("home-made")


def test_the_operators_own_price_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["home-made"]\ninput = 1\noutput = 2\n')
    own = {"OPENAI_MODEL": "home-made", "BOT_MONTHLY_COST_USD": "1", "PRICES_FILE": str(file)}

    assert load_prices(load_settings(ENOUGH | own)).knows("home-made")


def test_what_is_wrong_with_the_prices_is_told_as_settings_are(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_prices(load_settings(ENOUGH | {"PRICES_FILE": str(tmp_path / "none.toml")}))

    assert caught.value.problems == ["PRICES_FILE names a file that cannot be read."]


def test_blank_means_unset() -> None:
    blank = {"OPENAI_MODEL": " ", "HTTP_PORT": "", "ADMIN_TOKEN": " "}

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


@pytest.mark.parametrize("name", ["STORE_URL", "REDIS_URL"])
def test_a_store_that_a_file_named_was_passed_over(name: str, tmp_path: Path) -> None:
    secret = tmp_path / "store"
    secret.write_text("redis://bot:secret@store:6379/0\n")

    settings = load_settings(ENOUGH | {f"{name}_FILE": str(secret)})

    assert settings.store_url == "redis://bot:secret@store:6379/0"


def test_the_admin_token_may_come_from_a_file_too(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("sixteen-letters!\n")

    settings = load_settings(ENOUGH | {"ADMIN_TOKEN_FILE": str(secret)})

    assert settings.admin_token.get_secret_value() == "sixteen-letters!"


@pytest.mark.parametrize("token", ["fifteen-letters", "sixteen letters!!", "sixteen-lettërs!"])
def test_an_admin_token_that_could_be_guessed_or_mistyped_is_refused(token: str) -> None:
    assert told({"ADMIN_TOKEN": token}) == (
        "ADMIN_TOKEN must be a secret of 16 characters or more, without spaces or line breaks."
    )


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
    settings = load_settings(ENOUGH | {"ADMIN_TOKEN": "sixteen-letters!"})

    assert TOKEN not in repr(settings)
    assert KEY not in repr(settings)
    assert "sixteen-letters!" not in repr(settings)
    assert set(settings.secrets) == {TOKEN, KEY, "sixteen-letters!"}


def rows_of_the_readme() -> dict[str, str]:
    """Each documented name with its row."""
    rows = re.findall(r"^\| (`[A-Z_]+`.*?) \| (.*?) \|", README.read_text("utf-8"), re.M)
    return {name: default for names, default in rows for name in re.findall(r"`(\w+)`", names)}


def test_the_readme_tells_every_setting_and_no_other() -> None:
    documented = set(rows_of_the_readme()) - {"BOT_TOKEN", "REDIS_URL"}

    assert documented == {name.upper() for name in Settings.model_fields} - set(NOT_YET)


def test_the_readme_tells_the_true_defaults() -> None:
    rows = rows_of_the_readme()
    plain = {
        name.upper(): field.default
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, int | float | str) and field.default != ""
        if name.upper() not in NOT_YET
    }

    assert {name: rows[name].strip("`") for name in plain} == {
        name: f"{default:g}" if isinstance(default, float) else str(default)
        for name, default in plain.items()
    }
