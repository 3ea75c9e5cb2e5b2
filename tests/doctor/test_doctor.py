"""The doctor finds nothing wrong in a good set-up, and names what is wrong in each broken one."""

import asyncio
import gc
import sqlite3
import warnings
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from snapthread.doctor.bot import Inside
from snapthread.doctor.check import Check
from snapthread.doctor.machine import check_disk, check_python
from snapthread_sandbox.faults import (
    hangs,
    not_json,
    openai_error,
    out_of_credit,
    replies,
    server_error,
    telegram_error,
)
from snapthread_sandbox.openai.models import ModelTraits
from snapthread_sandbox.openai.scripted_model import Answer
from tests.doctor.clinic import Clinic, nobody_listens, play
from tests.proxies import PASSWORD, USER, running

Break = Callable[[Clinic], dict[str, str] | None]


def found(folder: Path, breaks: Break) -> dict[str, Check]:
    """Findings in a set-up that was broken so."""
    checks: dict[str, Check] = {}

    async def story(clinic: Clinic) -> None:
        checks.update(await clinic.examine(**(breaks(clinic) or {})))

    play(story, folder)
    return checks


def ill(checks: dict[str, Check]) -> set[str]:
    return {name for name, check in checks.items() if check.ok is False}


def not_well(checks: dict[str, Check]) -> set[str]:
    return {name for name, check in checks.items() if not check.ok}


def test_in_a_good_set_up_everything_is_well(tmp_path: Path) -> None:
    checks = found(tmp_path, lambda clinic: None)

    assert not_well(checks) == {"bot.poll"}  # no bot runs
    assert {
        *("settings", "python", "disk", "store.durability", "store.version", "store.size"),
        *("store.permissions", "store.backup", "clock.telegram", "clock.openai"),
        *("telegram.token", "telegram.webhook", "telegram.poller", "telegram.pending"),
        *("telegram.groups", "telegram.topics", "telegram.commands"),
        *("openai.key", "openai.model", "openai.model_end", "openai.files", "openai.sight"),
        *("openai.deletion", "openai.credit", "openai.price"),
    } == set(checks) - {"bot.poll"}


def test_nothing_is_left_behind_at_openai(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        await clinic.examine()
        assert clinic.openai.files == {}
        assert len(clinic.openai.deleted) == 1
        (asked,) = clinic.openai.requests
        assert asked.body["store"] is False

    play(story, tmp_path)


# ---------------------------------------------------------------- Telegram


@pytest.mark.parametrize(
    ("breaks", "name", "word"),
    [
        (lambda c: {"TELEGRAM_BOT_TOKEN": "7:other"}, "telegram.token", "TELEGRAM_BOT_TOKEN"),
        (lambda c: {"TELEGRAM_API_BASE_URL": nobody_listens()}, "telegram.token", "reached"),
        (
            lambda c: c.telegram.faults.add(on="getMe", reply=not_json(200)) and None,
            "telegram.token",
            "TELEGRAM_API_BASE_URL",
        ),
        (
            lambda c: c.telegram.faults.add(on="getMe", reply=not_json(308)) and None,
            "telegram.token",
            "TELEGRAM_API_BASE_URL",
        ),
        (
            lambda c: c.telegram.faults.add(on="getMe", reply=telegram_error(502, "Bad")) and None,
            "telegram.token",
            "502",
        ),
        (
            lambda c: (
                c.telegram.faults.add(
                    on="getUpdates", reply=telegram_error(409, "Conflict: terminated")
                )
                and None
            ),
            "telegram.poller",
            "Another process",
        ),
    ],
    ids=["token", "away", "no Bot API", "elsewhere", "ill itself", "another poller"],
)
def test_what_is_wrong_at_telegram_is_named(
    tmp_path: Path, breaks: Break, name: str, word: str
) -> None:
    checks = found(tmp_path, breaks)

    assert ill(checks) == {name}
    assert word in checks[name].say


def test_a_poller_that_comes_back_is_caught(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        async def polls() -> None:
            while True:
                await clinic.telegram.call(clinic.telegram.token, "getUpdates", {"timeout": 50})
                await asyncio.sleep(0.1)

        clinic.listen_s = 30  # it is cut off long before
        other = asyncio.create_task(polls())
        await asyncio.sleep(0.05)
        checks = await clinic.examine()
        other.cancel()
        assert ill(checks) == {"telegram.poller"}

    play(story, tmp_path)


def test_a_bot_that_polls_is_not_disturbed(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        now = datetime.now(UTC)
        clinic.clock = lambda: now
        clinic.inside = Inside(bot_is_alive=True, last_answer=now - timedelta(seconds=40))
        checks = await clinic.examine()
        assert not_well(checks) == set()
        assert "40 s" in checks["bot.answer"].say
        assert not [call for call in clinic.telegram.calls if call.method == "getUpdates"]

    play(story, tmp_path)


def test_a_webhook_of_somebody_else_is_a_warning(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.telegram.world.updates.set_webhook({"url": "https://other.example.org/x"})

    checks = found(tmp_path, breaks)

    assert "other.example.org" in checks["telegram.webhook"].say
    assert not_well(checks) == {"bot.poll", "telegram.webhook"}


def test_a_webhook_that_nobody_hears_is_named(tmp_path: Path) -> None:
    url = "https://bot.example.org/telegram"
    info = {
        "url": url,
        "pending_update_count": 3,
        "last_error_date": int(datetime.now(UTC).timestamp()),
        "last_error_message": "Wrong response from the webhook: 502 Bad Gateway",
    }

    def breaks(clinic: Clinic) -> dict[str, str]:
        reply = replies({"ok": True, "result": info})
        clinic.telegram.faults.add(on="getWebhookInfo", reply=reply)
        return {"TELEGRAM_WEBHOOK_URL": url, "HTTP_PORT": nobody_listens().rpartition(":")[2]}

    checks = found(tmp_path, breaks)

    assert ill(checks) == {"telegram.webhook"}
    assert "502 Bad Gateway" in checks["telegram.webhook"].say


def test_many_updates_that_wait_are_a_warning(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        for _ in range(101):
            clinic.telegram.push_raw({"message": {}})

    assert {"telegram.pending", "telegram.poller"} < not_well(found(tmp_path, breaks))


def test_commands_that_are_not_in_the_menu_are_a_warning(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.telegram.profile.delete_commands({})

    assert "telegram.commands" in not_well(found(tmp_path, breaks))


# ---------------------------------------------------------------- Telegram's chats


def of_me(**fields: bool) -> Break:
    def breaks(clinic: Clinic) -> None:
        clinic.telegram.me.update(fields)

    return breaks


def wanting(breaks: Break, **settings: str) -> Break:
    def both(clinic: Clinic) -> dict[str, str]:
        return {**(breaks(clinic) or {}), **settings}

    return both


ALL = {"GROUP_ANSWERS": "always"}
WATCHED = {"REQUIRED_CHANNEL": "@news"}


def a_channel(*, has_bot: bool) -> Break:
    def breaks(clinic: Clinic) -> None:
        clinic.telegram.channel(username="news", has_bot=has_bot)

    return breaks


@pytest.mark.parametrize(
    ("breaks", "name", "ok", "word"),
    [
        (wanting(of_me(), **ALL), "telegram.groups", None, "/setprivacy"),
        (wanting(of_me(), GROUP_CONTEXT="5"), "telegram.groups", None, "GROUP_CONTEXT needs"),
        (wanting(of_me(can_join_groups=False), **ALL), "telegram.groups", None, "/setjoingroups"),
        (of_me(has_topics_enabled=True), "telegram.topics", None, "may not create any"),
        (wanting(of_me(), GUEST_MODE="yes"), "telegram.guests", None, "GUEST_MODE=yes"),
        (wanting(of_me(), **WATCHED), "telegram.channel", False, "mend the setting"),
        (wanting(a_channel(has_bot=False), **WATCHED), "telegram.channel", False, "an admin"),
    ],
    ids=[
        *("privacy", "privacy with context", "no groups", "topics for nobody", "no guests"),
        *("no such channel", "no admin of the channel"),
    ],
)
def test_what_telegram_does_not_allow_and_the_settings_want_is_named(
    tmp_path: Path, breaks: Break, name: str, ok: bool | None, word: str
) -> None:
    checks = found(tmp_path, breaks)

    assert checks[name].ok is ok
    assert word in checks[name].say
    assert not_well(checks) == {"bot.poll", name}


@pytest.mark.parametrize(
    ("breaks", "name", "word"),
    [
        (of_me(), "telegram.groups", "Privacy mode is on"),
        (wanting(of_me(can_read_all_group_messages=True), **ALL), "telegram.groups", "is off"),
        (of_me(can_join_groups=False), "telegram.groups", "cannot be added"),
        (wanting(of_me(), GROUP_ANSWERS="off"), "telegram.groups", "leaves groups"),
        (
            of_me(has_topics_enabled=True, allows_users_to_create_topics=True),
            "telegram.topics",
            "a conversation of its own",
        ),
        (wanting(of_me(supports_guest_queries=True), GUEST_MODE="yes"), "telegram.guests", "may"),
        (wanting(a_channel(has_bot=True), **WATCHED), "telegram.channel", "is an admin"),
    ],
)
def test_what_telegram_allows_is_told(tmp_path: Path, breaks: Break, name: str, word: str) -> None:
    checks = found(tmp_path, breaks)

    assert not_well(checks) == {"bot.poll"}
    assert word in checks[name].say


# ---------------------------------------------------------------- OpenAI


def at(route: str, fault: Any) -> Break:
    def breaks(clinic: Clinic) -> None:
        clinic.openai.faults.add(on=route, reply=fault, times=None)

    return breaks


def only_files(fault: Any) -> Break:
    def breaks(clinic: Clinic) -> dict[str, str]:
        at("POST /files", fault)(clinic)
        return {"IMAGE_TRANSPORT": "files"}

    return breaks


COUNTRY = openai_error(
    403, "Country, region, or territory not supported", code="unsupported_country_region_territory"
)
NO_PICTURE = openai_error(400, "This model does not support image input.", param="input")


@pytest.mark.parametrize(
    ("breaks", "name", "word"),
    [
        (lambda c: {"OPENAI_API_KEY": "sk-some-other-key"}, "openai.key", "OPENAI_API_KEY"),
        (lambda c: {"OPENAI_BASE_URL": f"{nobody_listens()}/v1"}, "openai.key", "reached"),
        (at("GET /models", not_json(200)), "openai.key", "OPENAI_BASE_URL"),
        (at("GET /models", COUNTRY), "openai.key", "OPENAI_PROXY"),
        (at("GET /models", server_error(503)), "openai.key", "503"),
        (lambda c: {"OPENAI_MODEL": "gpt-4o-mini"}, "openai.model", "OPENAI_MODEL=gpt-6-luna"),
        (at("POST /files", server_error(500)), "openai.files", "500"),
        (only_files(openai_error(404, "Not found")), "openai.files", "IMAGE_TRANSPORT=auto"),
        (at("POST /responses", NO_PICTURE), "openai.sight", "OPENAI_SEES=no"),
        (at("DELETE /files/*", openai_error(403, "No")), "openai.deletion", "delete"),
    ],
    ids=[
        *("key", "away", "no API", "country", "ill", "model", "upload", "no files", "no picture"),
        "deletion",
    ],
)
def test_what_is_wrong_at_openai_is_named(
    tmp_path: Path, breaks: Break, name: str, word: str
) -> None:
    checks = found(tmp_path, breaks)

    assert name in ill(checks)
    assert word in checks[name].say


def test_spent_credit_is_named_and_is_no_question_of_sight(tmp_path: Path) -> None:
    checks = found(tmp_path, at("POST /responses", out_of_credit()))

    assert ill(checks) == {"openai.credit", "openai.sight"}
    assert "top up" in checks["openai.credit"].say
    assert "429, insufficient_quota" in checks["openai.sight"].say


@pytest.mark.parametrize("guess", ["I see a lovely cat.", "red green blue yellow", "red"])
def test_a_server_that_drops_pictures_in_silence_is_caught(tmp_path: Path, guess: str) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.model.otherwise = Answer(text=guess)

    checks = found(tmp_path, breaks)

    assert ill(checks) == {"openai.sight"}
    assert "drops pictures in silence" in checks["openai.sight"].say


def test_a_server_that_answers_something_else_is_warned_of(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.model.otherwise = Answer(text="Hello! How can I help?")

    check = found(tmp_path, breaks)["openai.sight"]

    assert check.ok is None
    assert "something else" in check.say


def test_a_server_without_files_is_shown_a_picture_within_the_request(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.openai.has_files = False

    checks = found(tmp_path, breaks)

    assert ill(checks) == set()
    assert "within the request" in checks["openai.files"].say
    assert "openai.deletion" not in checks


def test_who_says_that_the_server_does_not_see_is_believed(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.model.says("A cat?")
        checks = await clinic.examine(OPENAI_SEES="no")
        assert ill(checks) == set()
        assert clinic.openai.requests == []
        assert clinic.openai.counts["POST /files"] == 0

    play(story, tmp_path)


def test_a_model_that_takes_no_effort_is_asked_without(tmp_path: Path) -> None:
    checks = found(tmp_path, lambda c: {"OPENAI_MODEL": "gpt-4o", "OPENAI_REASONING_EFFORT": "low"})

    assert checks["openai.sight"].ok


@pytest.mark.parametrize(
    ("days", "ok", "word"),
    [(200, True, "in 200 days"), (60, None, "in 60 days"), (-1, False, "was switched off")],
)
def test_the_end_of_a_model_is_told_with_what_takes_its_place(
    tmp_path: Path, days: int, ok: bool | None, word: str
) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        end = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        traits = ModelTraits(id="gpt-4o", efforts=(), shutdown_date=end)
        clinic.openai.models["gpt-4o"] = traits
        return {"OPENAI_MODEL": "gpt-4o"}

    check = found(tmp_path, breaks)["openai.model_end"]

    assert check.ok is ok
    assert word in check.say
    assert "OPENAI_MODEL=gpt-6-luna" in check.say


@pytest.mark.parametrize(("limit", "ok"), [("0", None), ("1.50", False)])
def test_a_price_that_nobody_knows_is_broken_only_where_a_limit_needs_it(
    tmp_path: Path, limit: str, ok: bool | None
) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        clinic.has_price = False
        return {"USER_DAILY_COST_USD": limit}

    assert found(tmp_path, breaks)["openai.price"].ok is ok


def test_a_price_that_only_one_persons_own_limit_needs_was_a_warning(tmp_path: Path) -> None:
    """The start refuses it."""

    def breaks(clinic: Clinic) -> dict[str, str]:
        clinic.unpriced = {"hears"}
        clinic.inside = Inside(limits_money=True)
        return {"TRANSCRIPTION_MODEL": "hears"}

    check = found(tmp_path, breaks)["openai.price"]

    assert check.ok is False
    assert "The price of hears is unknown" in check.say


def test_a_model_on_offer_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    checks = found(tmp_path, lambda c: {"MODELS": "gpt-4o,gpt-7"})

    assert ill(checks) == {"openai.models"}
    assert "gpt-7 (MODELS)" in checks["openai.models"].say
    assert "gpt-4o (" not in checks["openai.models"].say


@pytest.mark.parametrize(("days", "ok"), [(200, True), (60, None), (-1, False)])
def test_the_end_of_a_personas_model_is_told(tmp_path: Path, days: int, ok: bool | None) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        end = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        clinic.openai.models["gpt-4o"] = ModelTraits(id="gpt-4o", efforts=(), shutdown_date=end)
        personas = clinic.folder / "personas.toml"
        personas.write_text(
            '[[persona]]\nname = "Poet"\ninstructions = "Rhyme."\nmodel = "gpt-4o"\n'
        )
        return {"PERSONAS_FILE": str(personas)}

    check = found(tmp_path, breaks)["openai.models"]

    assert check.ok is ok
    assert ok or "Name gpt-6-luna in PERSONAS_FILE" in check.say


def test_a_price_of_any_model_on_offer_that_nobody_knows_is_a_warning(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        clinic.unpriced = {"gpt-4o"}
        return {"MODELS": "gpt-4o"}

    check = found(tmp_path, breaks)["openai.price"]

    assert check.ok is None
    assert "The price of gpt-4o is unknown" in check.say


def test_who_says_that_the_server_sees_is_believed(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        clinic.model.otherwise = Answer(text="A cat?")
        return {"OPENAI_SEES": "yes"}

    checks = found(tmp_path, breaks)

    assert ill(checks) == set()
    assert checks["openai.sight"].ok is None
    assert "OPENAI_SEES=yes" in checks["openai.sight"].say


def test_files_that_cannot_be_deleted_are_counted(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.inside = Inside(failing_deletions=3)

    check = found(tmp_path, breaks)["store.deletions"]

    assert check.ok is None
    assert "3 files could not be deleted" in check.say


def test_a_server_that_takes_the_connection_and_hangs_is_named(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.timeout_s = 0.5
        clinic.openai.faults.add(on="GET /models", reply=hangs())

    assert "does not answer" in found(tmp_path, breaks)["openai.key"].say


# ---------------------------------------------------------------- proxies


def through(scheme: str, folder: Path, spoil: Callable[[str], str] = str) -> dict[str, Check]:
    checks: dict[str, Check] = {}

    async def story(clinic: Clinic) -> None:
        async with running(scheme) as proxy:
            way = spoil(proxy.url)
            checks.update(await clinic.examine(OPENAI_PROXY=way, TELEGRAM_PROXY=way))
            if ill(checks) == set():
                assert len(proxy.targets) >= 4

    play(story, folder)
    with warnings.catch_warnings():
        # httpcore2 2.16 leaves the socket of a SOCKS handshake that failed to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return checks


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_leads_there_is_well(tmp_path: Path, scheme: str) -> None:
    checks = through(scheme, tmp_path)

    assert not_well(checks) == {"bot.poll"}
    assert checks["proxy.openai"].ok
    assert checks["proxy.telegram"].ok


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_refuses_the_password_is_named(tmp_path: Path, scheme: str) -> None:
    checks = through(scheme, tmp_path, lambda url: url.replace(PASSWORD, "wrong-word"))

    assert ill(checks) == {"proxy.openai", "proxy.telegram"}
    assert "user, password" in checks["proxy.openai"].say
    assert "wrong-word" not in str(checks)
    assert USER not in str(checks)


def test_a_proxy_that_is_away_is_named_with_its_address(tmp_path: Path) -> None:
    away = nobody_listens()

    checks = found(tmp_path, lambda clinic: {"OPENAI_PROXY": away})

    assert ill(checks) == {"proxy.openai"}
    assert away.removeprefix("http://") in checks["proxy.openai"].say


def test_whom_no_proxy_names_is_reached_without(tmp_path: Path) -> None:
    away = nobody_listens()

    checks = found(tmp_path, lambda c: {"OPENAI_PROXY": away, "NO_PROXY": "127.0.0.1"})

    assert ill(checks) == set()
    assert "proxy.openai" not in checks


# ---------------------------------------------------------------- the machine, the store, the bot


def test_an_old_python_and_a_full_disk_are_named(tmp_path: Path) -> None:
    assert check_python((3, 10, 2)).ok is False
    assert check_disk(tmp_path / "not" / "yet", free_bytes=49 << 20).ok is False
    assert check_disk(tmp_path, free_bytes=100 << 20).ok is None


@pytest.mark.parametrize(("off_s", "ok"), [(5, True), (-90, None), (700, False)])
def test_a_clock_that_is_wrong_is_named(tmp_path: Path, off_s: int, ok: bool | None) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.clock = lambda: datetime.now(UTC) + timedelta(seconds=off_s)

    checks = found(tmp_path, breaks)

    assert checks["clock.telegram"].ok is ok
    assert checks["clock.openai"].ok is ok


def changed(statement: str) -> Break:
    def breaks(clinic: Clinic) -> None:
        with closing(sqlite3.connect(clinic.settings().sqlite_path)) as db:
            db.execute(statement)

    return breaks


def test_a_store_of_a_newer_version_is_named(tmp_path: Path) -> None:
    assert ill(found(tmp_path, changed("PRAGMA user_version = 999"))) == {"store.version"}


def test_a_store_of_an_older_version_is_a_warning_and_stays_as_it_is(tmp_path: Path) -> None:
    checks = found(tmp_path, changed("PRAGMA user_version = 1"))

    assert checks["store.version"].ok is None
    assert "Version 1" in checks["store.version"].say


def test_a_store_without_its_write_ahead_log_is_named(tmp_path: Path) -> None:
    assert ill(found(tmp_path, changed("PRAGMA journal_mode = DELETE"))) == {"store.durability"}


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.settings().sqlite_path.write_bytes(b"no database" * 1000)

    assert ill(found(tmp_path, breaks)) == {"store.durability"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> dict[str, str]:
        (clinic.folder / "file").touch()
        return {"DATA_DIR": str(clinic.folder / "file")}

    assert ill(found(tmp_path, breaks)) == {"store.permissions"}


def test_no_store_yet_is_a_warning_and_none_is_made(tmp_path: Path) -> None:
    checks = found(tmp_path, lambda c: {"DATA_DIR": str(c.folder / "new")})

    assert checks["store.durability"].ok is None
    assert not (tmp_path / "new").exists()


def test_a_store_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    def breaks(clinic: Clinic) -> None:
        path = clinic.settings().sqlite_path
        path.chmod(0o644)
        path.parent.chmod(0o755)

    assert found(tmp_path, breaks)["store.permissions"].ok is None


def test_a_store_server_that_is_away_is_named(tmp_path: Path) -> None:
    away = nobody_listens().replace("http", "redis")

    assert ill(found(tmp_path, lambda c: {"STORE_URL": f"{away}/0"})) == {"store.durability"}


@pytest.mark.parametrize(("days", "ok"), [(1, True), (8, None)])
def test_an_old_backup_is_a_warning(tmp_path: Path, days: int, ok: bool | None) -> None:
    def breaks(clinic: Clinic) -> None:
        clinic.last_backup = datetime.now(UTC) - timedelta(days=days)

    assert found(tmp_path, breaks)["store.backup"].ok is ok


Page = Callable[[web.Request], Awaitable[web.StreamResponse]]


def beside(page: Page, folder: Path) -> dict[str, Check]:
    """With something that answers on HTTP_PORT."""
    checks: dict[str, Check] = {}

    async def story(clinic: Clinic) -> None:
        app = web.Application()
        app.router.add_get("/readyz", page)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        checks.update(await clinic.examine(HTTP_PORT=str(runner.addresses[0][1])))
        await runner.cleanup()

    play(story, folder)
    return checks


def test_a_bot_that_cannot_serve_says_why_itself(tmp_path: Path) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        told = {"ready": False, "reasons": ["telegram: the last poll is long ago"]}
        return web.json_response(told, status=503)

    checks = beside(page, tmp_path)

    assert ill(checks) == {"bot.ready"}
    assert "the last poll is long ago" in checks["bot.ready"].say


def test_a_bot_that_can_serve_tells_the_age_of_its_last_poll(tmp_path: Path) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"ready": True, "last_poll_s": 12.3})

    checks = beside(page, tmp_path)

    assert not_well(checks) == set()
    assert "12 s" in checks["bot.poll"].say


def test_another_program_on_the_port_is_named(tmp_path: Path) -> None:
    async def page(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    assert ill(beside(page, tmp_path)) == {"bot.ready"}


def test_without_token_and_key_only_they_are_asked_for(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        checks = await clinic.examine(TELEGRAM_BOT_TOKEN="", OPENAI_API_KEY="")
        assert ill(checks) == {"settings"}
        assert clinic.telegram.calls == []
        assert not clinic.openai.counts

    play(story, tmp_path)
