"""Acts of the operator at the admin page, on a bot that runs."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from snapthread.app.operation import RunningProcess
from tests import virtual
from tests.line.photos import photo
from tests.line.world import World, opened


def process_of(world: World) -> RunningProcess:
    assert world.process is not None
    telemetry = cast(Any, SimpleNamespace(problems=tuple))
    return RunningProcess(
        world.process.bot,
        world.process.store,
        telemetry,
        virtual.now(),
        lets_in=world.settings.access_mode == "invite",
    )


async def test_who_is_erased_at_the_page_is_gone_and_their_files_follow(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="5") as world:
        ada, bob = world.person(1001), world.person(1002)
        for person in (ada, bob):
            person.sends_photo(photo(), caption="What is this?")
        await world.until(lambda: len(world.requests) == 2)
        await world.rests()
        assert len(world.files) == 2

        await process_of(world).erase(1001)
        await world.until(lambda: len(world.files) == 1)
        assert world.process is not None
        assert (await world.process.store.export(1001))["conversation"] == []
        assert (await world.process.store.export(1002))["conversation"] != []


async def test_the_page_counts_what_limits_count(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_MESSAGES="5", ADMIN_USER_IDS="1002") as world:
        operator = process_of(world)
        world.person(1001).sends("Hello")
        await world.until(lambda: len(world.requests) == 1)
        await world.rests()

        assert (await operator.spending(1001)).day.messages == 1
        theirs = await operator.limits_of(1001)
        assert theirs.user_daily_messages == operator.limits.user_daily_messages
        assert (await operator.limits_of(1002)).user_daily_messages == 0


async def test_who_is_banned_at_the_page_is_not_answered_until_the_ban_is_lifted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ADMIN_USER_IDS="1002") as world:
        operator, ada = process_of(world), world.person(1001)
        assert await operator.ban(1001)
        assert not await operator.ban(1002)
        assert (await operator.state_of(1001)).is_banned
        assert (await operator.state_of(1002)).is_admin
        ada.sends("Hello")
        await asyncio.sleep(60)
        assert world.requests == []

        await operator.unban(1001)
        ada.sends("Hello again")
        await world.until(lambda: len(world.requests) == 1)


async def test_own_limits_are_set_at_the_page_as_by_the_command(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        operator = process_of(world)
        assert await operator.set_limits(1001, "messages=2 cost=0.50") == ""
        assert (await operator.limits_of(1001)).user_daily_messages == 2
        assert (await operator.state_of(1001)).own_limits == "messages=2 cost=0.5"
        assert await operator.set_limits(1001, "messages=2 many") == "many"
        assert await operator.set_limits(1001, "") == ""
        assert (await operator.state_of(1001)).own_limits == ""


async def test_what_the_page_sends_to_everybody_goes_out_once_and_is_in_the_audit(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ACCESS="invite", ADMIN_USER_IDS="1002") as world:
        operator, ada = process_of(world), world.person(1002)
        ada.sends("Hello")
        await ada.hears()
        await world.rests()
        assert world.process is not None
        store = world.process.store
        id = await store.draft_broadcast("Away tomorrow", virtual.now(), by=0)
        presses = await asyncio.gather(*(operator.start_broadcast(id) for _ in range(2)))
        assert sorted(presses) == [False, True]
        (told,) = await ada.hears()
        assert told.text == "Away tomorrow"
        while await store.broadcast_to_send() is not None:
            await asyncio.sleep(1)
        assert not await operator.stop_broadcast(id)
        links = [await operator.make_invite("of-the-form1", uses=2, days=3) for _ in range(2)]
        assert links == ["https://t.me/snapthread_bot?start=of-the-form1"] * 2
        audit = [(each.action, each.by) for each in await store.decisions(limit=9)]
        assert sorted(audit) == [("broadcast", 0), ("invite_made", 0)]
