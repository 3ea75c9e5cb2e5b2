"""Bans and limits of one's own, as the person meets them."""

from pathlib import Path

import pytest

from snapthread.model.people import OPERATOR, OwnLimits
from snapthread_sandbox.faults import slow
from tests.line.photos import photo
from tests.line.world import World, at, opened

ADA, BORIS = 1001, 1002


async def ban(world: World, user_id: int) -> None:
    assert world.process is not None
    await world.process.store.ban(user_id, at(), by=OPERATOR)


async def limit(world: World, user_id: int, limits: OwnLimits) -> None:
    assert world.process is not None
    await world.process.store.set_limits(user_id, at(), by=OPERATOR, limits=limits)


async def test_who_is_banned_reads_a_sentence_and_nothing_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS=f"{ADA},{BORIS}") as world:
        ada, boris = world.person(), world.person(BORIS, language_code="de")
        await ban(world, BORIS)
        boris.sends("Hello")
        (refused,) = await boris.hears()
        assert "nenne ihm deine ID: 1002.\n\nWas ich über dich speichere" in refused.text
        boris.sends("/reset")
        (again,) = await boris.hears()
        assert again.text == refused.text
        ada.sends("Hello")
        await ada.hears()
        assert len(world.requests) == 1


@pytest.mark.parametrize("is_banned", [True, False])
async def test_who_lost_access_could_neither_see_nor_delete_what_is_stored(
    tmp_path: Path, is_banned: bool
) -> None:
    async with opened(tmp_path, ALLOWED_TELEGRAM_USER_IDS=f"{ADA},{BORIS}") as world:
        boris = world.person(BORIS)
        boris.sends_photo(photo(), caption="My cat")
        await boris.hears()
        await world.rests()
        if is_banned:
            await ban(world, BORIS)
        else:
            allowed = world.settings.model_copy(update={"allowed_telegram_user_ids": {ADA}})
            world.settings = allowed
            await world.restart()
        boris.sends("Hello")
        (refused,) = await boris.hears()
        assert refused.text.endswith("/export sends it to you, /delete_me deletes it.")
        boris.sends("/privacy")
        (told,) = await boris.hears()
        assert told.text.startswith("What is stored, and where")
        boris.sends("/export")
        sent = [each.json["document"]["file_name"] for each in await boris.hears(2)]
        assert sent == ["snapthread.html", "snapthread.json"]
        boris.sends("/delete_me")
        (asked,) = await boris.hears()
        boris.presses(asked.buttons[0])
        await world.until(lambda: asked.text.startswith("Everything I stored about you"))
        await world.until(lambda: not world.files)
        boris.sends("Hello again")
        (again,) = await boris.hears()
        assert again.text.startswith(refused.text[:20])
        assert len(world.requests) == 1


async def test_a_ban_holds_for_what_waits_already(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /responses", reply=slow(5.0))
        ada.sends("One")
        ada.sends("Two")
        await world.until(lambda: world.openai.faults.rules[0].used == 1)
        await ban(world, ADA)
        one, two = await ada.hears(2)
        assert (one.text, len(world.requests)) == ("You said: One", 1)
        assert two.text.startswith("You can't use this bot any more")


async def test_an_admin_is_not_shut_out_by_a_ban(tmp_path: Path) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS=str(ADA)) as world:
        ada = world.person()
        await ban(world, ADA)
        ada.sends("Hello")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Hello"


async def test_ones_own_limits_win_in_both_directions(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="2") as world:
        ada, boris = world.person(), world.person(BORIS)
        await limit(world, ADA, OwnLimits(user_daily_messages=1))
        await limit(world, BORIS, OwnLimits(user_daily_messages=0))
        for person in (ada, boris):
            for text in ("One", "Two", "Three"):
                person.sends(text)
        one, two, three = await ada.hears(3)
        assert one.text == "You said: One"
        assert two.text == three.text
        assert two.text.startswith("You have reached today's limit: 1 of 1 message used.")
        assert [each.text for each in await boris.hears(3)] == [
            "You said: One",
            "You said: Two",
            "You said: Three",
        ]
        ada.sends("/usage")
        (usage,) = await ada.hears()
        assert "Left: 0 messages today" in usage.text


async def test_a_limit_of_money_of_ones_own_counts_the_conversation_too(tmp_path: Path) -> None:
    async with opened(tmp_path, OPENAI_MAX_OUTPUT_TOKENS="16") as world:
        ada = world.person()
        ada.sends("word " * 400)
        await ada.hears(2)  # cut at 16 tokens, and said so
        await limit(world, ADA, OwnLimits(user_daily_cost_micros=2000))
        ada.sends("Hello")
        (refused,) = await ada.hears()
        assert refused.text.startswith("This question could cost more than you have left today")


async def test_a_ban_holds_in_groups_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(first_name="Ada"), world.person(BORIS, first_name="Boris")
        group = world.telegram.group(-1002001)
        await ban(world, BORIS)
        for _ in range(2):
            boris.sends("@snapthread_bot hello", to=group)
        ada.sends("@snapthread_bot hello", to=group)
        await world.until(lambda: len(group.chat.texts) == 1)
        await world.rests()
        (refused,) = group.chat.ephemerals
        assert refused.text.startswith(
            "Boris, I'm not allowed to answer you: the operator of this bot"
        )
        assert len(world.requests) == 1


async def test_who_is_banned_is_told_in_a_group_where_to_ask_for_what_is_stored(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        boris = world.person(BORIS, first_name="Boris")
        group = world.telegram.group(-1002001)
        await ban(world, BORIS)
        for word in ("delete_me", "privacy"):
            boris.sends(f"/{word}@snapthread_bot", to=group)
        await world.until(lambda: bool(group.chat.ephemerals))
        await world.rests()
        (told,) = group.chat.ephemerals
        assert told.text == "Please send me /delete_me in a private chat."
        assert group.chat.texts == []


async def test_ones_own_limits_hold_in_groups_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(first_name="Ada")
        group = world.telegram.group(-1002001)
        await limit(world, ADA, OwnLimits(user_daily_messages=1))
        for text in ("one", "two"):
            ada.sends(f"@snapthread_bot {text}", to=group)
        await world.until(lambda: len(group.chat.ephemerals) == 1)
        assert group.chat.ephemerals[0].text.startswith("Ada, you have reached your limit for now.")
        assert len(world.requests) == 1
