"""Waiting for a service that asked all processes to wait: bounded, however often it asks anew."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.errors import ChatBusy, FilesBusy
from snapthread.model import Destination, OutgoingMessage
from snapthread.rate_limits import CHAT, FILES, Cooldowns, RateLimitedChat
from snapthread.store.sqlite import SqliteStore
from tests import virtual

WITHIN_S = 60.0


def play(story: Callable[[Cooldowns], Awaitable[None]], folder: Path) -> None:
    async def told() -> None:
        store = await SqliteStore.open(folder / "bot.db")
        try:
            await story(Cooldowns(store=store, clock=virtual.now))
        finally:
            await store.close()

    virtual.run(told())


def test_a_pause_that_is_made_longer_again_and_again_is_not_waited_for_for_ever(
    tmp_path: Path,
) -> None:
    async def story(cooldowns: Cooldowns) -> None:
        async def others_are_refused() -> None:
            while True:
                await cooldowns.keep(FILES, FilesBusy(retry_after_s=20))
                await asyncio.sleep(19)

        others = asyncio.create_task(others_are_refused())
        await asyncio.sleep(0)
        began = virtual.unix_now()
        with pytest.raises(FilesBusy, match="asked us to wait"):
            async with asyncio.timeout(10 * WITHIN_S):
                await cooldowns.wait(FILES, refusal=FilesBusy, within_s=WITHIN_S)
        assert virtual.unix_now() - began <= WITHIN_S
        others.cancel()

    play(story, tmp_path)


class Flooded:
    """A chat whose edits are refused for a while."""

    async def edit(self, *_: object) -> None:
        raise ChatBusy(retry_after_s=30)


def test_a_preview_that_is_refused_asks_nobody_to_wait(tmp_path: Path) -> None:
    async def story(cooldowns: Cooldowns) -> None:
        chat = RateLimitedChat(chat=cast(Any, Flooded()), cooldowns=cooldowns)
        with pytest.raises(ChatBusy):
            await chat.edit(Destination(chat_id=7), 1, OutgoingMessage(text="word"))
        assert await cooldowns.left_s(CHAT) == 0

    play(story, tmp_path)
