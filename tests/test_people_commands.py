"""`snapthread users`, `ban`, `unban`, `limit`: decisions about people from a shell."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from snapthread.cli import cli
from snapthread.clock import utc_now
from snapthread.model.people import (
    NO_OWN_LIMITS,
    OwnLimits,
    invite_id,
    read_limits,
    write_limits,
)
from snapthread.store import Store

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command, on a store that a bot has made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    async def made() -> None:
        await (await Store.open(tmp_path / "snapthread.db")).close()

    asyncio.run(made())
    return lambda *words, **environ: CliRunner().invoke(cli, list(words), env=environ)


def listed(run: Run, *words: str) -> list[dict[str, object]]:
    users: list[dict[str, object]] = json.loads(run("users", "--json", *words).stdout)["users"]
    return users


def test_a_ban_is_told_and_listed_until_it_is_lifted(run: Run) -> None:
    assert run("ban", "1001").stdout == "User 1001 is banned.\n"
    assert run("ban", "1001").stdout == "User 1001 is banned already.\n"
    assert [user["user_id"] for user in listed(run, "--banned")] == [1001]
    assert json.loads(run("unban", "1001", "--json").stdout) == {"user_id": 1001, "unbanned": True}
    assert run("unban", "1001").stdout == "User 1001 is not banned.\n"
    assert listed(run, "--banned") == []
    assert "1001" in run("users").stdout


def test_an_admin_is_not_banned(run: Run) -> None:
    done = run("ban", "7", ADMIN_USER_IDS="7")

    assert done.exit_code == 1
    assert done.stderr == (
        "snapthread: user 7 is an admin: take them out of ADMIN_USER_IDS first.\n"
    )


def test_limits_are_set_one_by_one_and_taken_back(run: Run) -> None:
    assert run("limit", "1001").stdout == "User 1001 has the same limits as everyone.\n"
    run("limit", "1001", "messages=50", "voice=2")
    assert run("limit", "1001", "cost=0.50").stdout == "messages=50 voice=2 cost=0.5\n"
    told = json.loads(run("limit", "1001", "messages=default", "--json").stdout)
    assert told["limits"] == {"user_daily_voice_s": 120, "user_daily_cost_micros": 500_000}
    assert run("limit", "1001", "default").stdout == "User 1001 has the same limits as everyone.\n"


@pytest.mark.parametrize("word", ["messages", "fish=1", "messages=-1", "images=1.5", "cost=nan"])
def test_what_is_no_limit_is_wrong_use_and_changes_nothing(run: Run, word: str) -> None:
    done = run("limit", "1001", "images=3", word)

    assert done.exit_code == 2
    assert word in done.stderr
    assert listed(run) == []


def test_a_limit_of_money_needs_a_price(run: Run) -> None:
    done = run("limit", "1001", "cost=1", OPENAI_MODEL="home-made")

    assert done.exit_code == 1
    assert "OPENAI_MODEL has no price" in done.stderr


def test_a_limit_of_money_was_set_where_people_may_choose_a_model_without_a_price(run: Run) -> None:
    done = run("limit", "1001", "cost=1", MODELS="gpt-6-luna,home-made")

    assert done.exit_code == 1
    assert "model 2 of MODELS has no price" in done.stderr


def test_a_message_to_everybody_waits_for_the_bot_and_can_be_stopped(run: Run) -> None:
    assert run("broadcast").stdout == "Nothing was sent to everybody yet.\n"
    id = json.loads(run("broadcast", "Hello all", "--yes", "--json").stdout)["id"]
    (row,) = json.loads(run("broadcast", "--json").stdout)["broadcasts"]
    assert (row["id"], row["state"], row["sent"]) == (id, "sending", 0)
    assert run("broadcast", "--stop", id).exit_code == 0
    assert run("broadcast", "--stop", id).exit_code == 1
    assert "Hello all" not in run("broadcast").stdout


def test_a_message_to_everybody_is_asked_about(run: Run) -> None:
    assert run("broadcast", "Hello all").exit_code == 1
    assert run("broadcast", "x" * 4001, "--yes").exit_code == 2
    assert (
        run("broadcast", "🙂" * 2001, "--yes").exit_code == 2
    )  # two units each, as Telegram counts
    assert run("broadcast").stdout == "Nothing was sent to everybody yet.\n"


def test_whoever_meant_to_stop_a_message_to_everybody_sent_one(run: Run) -> None:
    assert run("broadcast", "Hello all", "--stop", "abc", "--yes").exit_code == 2
    assert run("broadcast").stdout == "Nothing was sent to everybody yet.\n"


def test_an_invitation_needs_a_bot_that_asks_for_one(run: Run) -> None:
    done = run("invite", TELEGRAM_BOT_TOKEN="1:x", OPENAI_API_KEY="k")

    assert done.exit_code == 1
    assert "set ACCESS=invite first" in done.stderr


def made_beside(folder: Path) -> str:
    """The code of an invitation for three people, as a running bot made it."""

    async def make() -> str:
        store, now = await Store.open(folder / "snapthread.db"), utc_now()
        try:
            return await store.make_invite(now, by=1, uses=3, ends_at=now + timedelta(days=1))
        finally:
            await store.close()

    return asyncio.run(make())


def test_an_invitation_is_listed_and_ended_by_its_link(run: Run, tmp_path: Path) -> None:
    assert run("invite", "--list").stdout == "No invitation is open.\n"
    code = made_beside(tmp_path)

    (row,) = json.loads(run("invite", "--list", "--json").stdout)["invitations"]
    assert (row["id"], row["people"], row["came"]) == (invite_id(code), 3, 0)
    assert code not in run("invite", "--list").stdout
    link = f"https://t.me/a_bot?start={code}"
    assert [run("invite", "--end", told).exit_code for told in (link, row["id"])] == [0, 1]
    assert run("invite", "--end", link, "--list").exit_code == 2


@pytest.mark.parametrize(
    "limits",
    [
        NO_OWN_LIMITS,
        OwnLimits(user_daily_messages=0, user_daily_voice_s=90),
        OwnLimits(user_daily_cost_micros=1, user_monthly_cost_micros=12_500_000),
    ],
)
def test_limits_are_written_as_they_are_read(limits: OwnLimits) -> None:
    assert read_limits(write_limits(limits).split(), NO_OWN_LIMITS) == limits
