"""The clock is set back: what is remembered for a while in memory is not remembered for longer."""

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from snapthread.commands.rights import GroupRights
from tests import virtual
from tests.line.photos import photo
from tests.line.test_groups import a_group, hears_all
from tests.line.world import opened


async def test_an_admin_who_is_none_any_more_stayed_one_where_the_clock_was_set_back() -> None:
    ahead, admins = [timedelta()], {7}

    class Telegram:
        async def is_admin(self, _chat_id: int, user_id: int) -> bool:
            return user_id in admins

    rights = GroupRights(
        store=cast(Any, None),
        chat=cast(Any, Telegram()),
        clock=lambda: virtual.now() + ahead[0],
    )
    asked = cast(Any, SimpleNamespace(chat_id=-5, user_id=7))
    assert await rights.is_admin(asked)
    admins.clear()
    ahead[0] = timedelta(hours=-1)
    await asyncio.sleep(301)
    assert not await rights.is_admin(asked)


async def test_photos_of_nobody_stayed_in_memory_for_an_hour_where_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, _, group = a_group(world)
        hears_all(world)
        assert world.process is not None
        groups = world.process.bot.intake.groups
        ann.sends_photo(photo(), album=ann.new_album(), to=group)
        await world.until(lambda: bool(groups._held))
        groups.clock = lambda: virtual.now() - timedelta(hours=1)
        await asyncio.sleep(60)
        ann.sends("tea?", to=group)
        await world.until(lambda: not groups._held, timeout_s=10)
