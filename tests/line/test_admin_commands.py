"""/users, /ban, /unban, /limit, /stats: for admins, in a private chat."""

from pathlib import Path

import pytest

from tests.line.world import opened

ADA, BORIS = 1001, 1002


@pytest.mark.parametrize("command", ["users", "ban 1", "stats", "invite", "broadcast x"])
async def test_nobody_else_learns_of_them(tmp_path: Path, command: str) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        boris = world.person(BORIS)
        boris.sends(f"/{command}")
        (told,) = await boris.hears()
        assert told.text.startswith("I don't know this command.")


async def test_people_are_listed_ten_on_a_page(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        for number in range(12):
            person = world.person(2000 + number)
            person.sends("Hello")
            await person.hears()
        await world.rests()
        ada.sends("/users")
        (page,) = await ada.hears()
        title, *rows = page.text.splitlines()
        assert title == "12 people, most recent first:"
        assert len(rows) == 10
        assert rows[0].startswith("2011 · 2026-11-12 · last 30 days: 1 message, $0.000")
        (older,) = page.buttons
        ada.presses(older, on=page)
        await world.until(lambda: "2001" in page.text)
        assert len(page.text.splitlines()) == 3
        assert [each["text"] for each in page.buttons] == ["← Newer"]


async def test_a_ban_is_decided_and_lifted_from_the_chat(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, boris = world.person(), world.person(BORIS)
        said = []
        for text in ("/ban", "/ban 1001", "/ban 1002", "/ban 1002", "/unban 1002", "/unban 1002"):
            ada.sends(text)
            said += await ada.hears()
            if text == "/ban 1002":
                boris.sends("Hello")
                (refused,) = await boris.hears()
                assert refused.text.startswith("You can't use this bot any more")
        assert [each.text.partition(".")[0] for each in said] == [
            "Who? Write the ID after the command, for example /ban 123456789",
            "1001 is an admin",
            "1002 is banned and gets no more answers",
            "1002 is banned already",
            "1002 is not banned any more",
            "1002 was not banned",
        ]


async def test_limits_of_ones_own_are_set_from_the_chat(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, boris = world.person(), world.person(BORIS)
        ada.sends("/limit 1002 messages=1")
        (told,) = await ada.hears()
        assert told.text == "1002 has limits of their own: messages=1"
        for _ in range(2):
            boris.sends("Hello")
        _, over = await boris.hears(2)
        assert over.text.startswith("You have reached today's limit")
        ada.sends("/limit 1002 fish=1")
        (how,) = await ada.hears()
        assert how.text.startswith("Write the ID and the limits")
        ada.sends("/limit 1002 default")
        (told,) = await ada.hears()
        assert told.text == "1002 has the same limits as everyone."


async def test_a_limit_of_money_passed_a_model_without_a_price_by(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA), MODELS="home-made") as world:
        ada = world.person()
        ada.sends("/limit 1002 cost=1")
        (told,) = await ada.hears()
        assert "no price" in told.text


async def test_stats_sum_up_today_and_the_month(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, boris = world.person(), world.person(BORIS)
        boris.sends("Hello")
        await boris.hears()
        await world.rests()
        ada.sends("/stats")
        (told,) = await ada.hears()
        first, today, *_ = told.text.splitlines()
        assert first == "Known people: 1."
        assert today.startswith("Today (UTC): people: 1, 1 message, 0 images, $0.000")


async def test_they_are_for_private_chats(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada, group = world.person(), world.telegram.group()
        ada.sends("/users@snapthread_bot", to=group)
        await world.until(lambda: bool(group.chat.texts or group.chat.ephemerals))
        (told,) = [*group.chat.from_bot, *group.chat.ephemerals]
        assert told.text.startswith("I don't know this command.")
