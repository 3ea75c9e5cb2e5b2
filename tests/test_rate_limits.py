"""Waiting for a service that asked all processes to wait: bounded, however often it asks anew."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.errors import ChatBusy, FilesBusy
from snapthread.model import Destination, OutboxMessage, OutgoingMessage
from snapthread.rate_limits.cooldowns import CHAT, FILES, Cooldowns
from snapthread.rate_limits.telegram import KeyedCooldowns, RateLimitedChat
from snapthread.store import Store
from tests import virtual

WITHIN_S = 60.0


def play(story: Callable[[Cooldowns], Awaitable[None]], folder: Path) -> None:
    async def told() -> None:
        store = await Store.open(folder / "bot.db")
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


async def test_a_wait_lasted_an_hour_longer_where_the_clock_was_set_back(tmp_path: Path) -> None:
    ahead = [timedelta()]
    store = await Store.open(tmp_path / "bot.db")
    cooldowns = Cooldowns(store=store, clock=lambda: virtual.now() + ahead[0])
    chat = limited(Flooded(chat1=20), cooldowns)
    await cooldowns.keep(FILES, FilesBusy(retry_after_s=20))
    await told_to_wait(chat.send(message(1)))
    ahead[0] = timedelta(hours=-1)
    assert await cooldowns.left_s(FILES) == pytest.approx(20)
    assert await told_to_wait(chat.send(message(1))) == pytest.approx(20)
    await store.close()


async def test_a_wait_of_another_process_lasted_longer_where_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    ahead = [timedelta()]
    store = await Store.open(tmp_path / "bot.db")
    cooldowns = Cooldowns(store=store, clock=lambda: virtual.now() + ahead[0])
    await store.start_cooldown(FILES, virtual.now() + timedelta(seconds=20), virtual.now())
    assert await cooldowns.left_s(FILES) == pytest.approx(20)
    ahead[0] = timedelta(minutes=-5)
    await asyncio.sleep(1)
    assert await cooldowns.left_s(FILES) == pytest.approx(19)
    await store.close()


async def test_a_wait_of_a_second_lasted_minutes_for_who_started_after_the_clock_was_set_back(
    tmp_path: Path,
) -> None:
    """Found by the soak: nobody asked OpenAI for minutes, and for a minute more from each start."""
    store = await Store.open(tmp_path / "bot.db")
    before = Cooldowns(store=store, clock=lambda: virtual.now() + timedelta(minutes=9))
    await before.keep(FILES, FilesBusy(retry_after_s=1))
    started = Cooldowns(store=store, clock=virtual.now)
    assert await started.left_s(FILES) == pytest.approx(1)
    await asyncio.sleep(1)
    assert await started.left_s(FILES) == 0
    await store.close()


class Counted(Cooldowns):
    """Ends where it asks again and again how long it has to wait."""

    asked = 0

    async def left_s(self, service: str) -> float:
        self.asked += 1
        assert self.asked < 100, "it waits in a circle"
        return await super().left_s(service)


async def test_several_that_had_less_to_wait_than_a_clock_tells_kept_each_other_awake_for_ever(
    tmp_path: Path,
) -> None:
    """Found by the lives, whose clock moves only when nobody is awake."""
    store = await Store.open(tmp_path / "bot.db")
    cooldowns = Counted(store=store, clock=virtual.now)
    await cooldowns.keep(FILES, FilesBusy(retry_after_s=1e-7))

    async def waits(steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        await cooldowns.wait(FILES, refusal=FilesBusy, within_s=1)

    await asyncio.gather(*map(waits, range(4)))
    await store.close()


class Flooded:
    """A chat in which Telegram asks to wait: for edits always, else of the places named here."""

    def __init__(self, **waits_s: float) -> None:
        self.waits_s = waits_s
        self.calls: list[str] = []

    async def _at(self, place: str) -> None:
        self.calls.append(place)
        if wait_s := self.waits_s.get(place):
            raise ChatBusy(retry_after_s=wait_s)

    async def send(self, part: OutboxMessage) -> int:
        await self._at(f"chat{part.to.chat_id}")
        return 1

    async def download(self, telegram_id: str, *, max_bytes: int) -> bytes:
        await self._at(telegram_id)
        return b""

    async def updates(self, *_: object, **__: object) -> tuple[()]:
        await self._at("poll")
        return ()

    async def start(self) -> str:
        await self._at("start")
        return "bot"

    async def edit(self, *_: object) -> None:
        raise ChatBusy(retry_after_s=30)


def limited(flooded: Flooded, cooldowns: Cooldowns) -> RateLimitedChat:
    places = KeyedCooldowns(cooldowns=cooldowns)
    return RateLimitedChat(chat=cast(Any, flooded), cooldowns=cooldowns, keyed=places)


def test_a_preview_that_is_refused_asks_nobody_to_wait(tmp_path: Path) -> None:
    async def story(cooldowns: Cooldowns) -> None:
        chat = limited(Flooded(), cooldowns)
        with pytest.raises(ChatBusy):
            await chat.edit(Destination(chat_id=7), 1, OutgoingMessage(text="word"))
        assert await cooldowns.left_s(CHAT) == 0

    play(story, tmp_path)


def message(chat_id: int) -> OutboxMessage:
    return OutboxMessage(id=1, to=Destination(chat_id=chat_id), outgoing=OutgoingMessage(text="Hi"))


async def told_to_wait(call: Awaitable[object]) -> float:
    """Seconds that it waits; 0 where the call went through."""
    try:
        await call
    except ChatBusy as busy:
        return busy.retry_after_s or 0.0
    return 0.0


def play_flood(
    story: Callable[[RateLimitedChat, Cooldowns], Awaitable[None]], flooded: Flooded, folder: Path
) -> None:
    async def told(cooldowns: Cooldowns) -> None:
        await story(limited(flooded, cooldowns), cooldowns)

    play(told, folder)


def test_a_flood_in_one_chat_silences_that_chat_only(tmp_path: Path) -> None:
    flooded = Flooded(chat1=300)

    async def story(chat: RateLimitedChat, cooldowns: Cooldowns) -> None:
        assert await told_to_wait(chat.send(message(1))) == 300
        assert await told_to_wait(chat.send(message(2))) == 0
        assert await told_to_wait(chat.download("photo", max_bytes=9)) == 0
        await asyncio.sleep(100)
        assert await told_to_wait(chat.send(message(1))) == pytest.approx(200)
        assert flooded.calls.count("chat1") == 1
        flooded.waits_s.clear()
        await asyncio.sleep(200)
        assert await told_to_wait(chat.send(message(1))) == 0
        assert await cooldowns.left_s(CHAT) == 0

    play_flood(story, flooded, tmp_path)


def test_a_file_that_has_to_wait_silences_no_chat(tmp_path: Path) -> None:
    async def story(chat: RateLimitedChat, _cooldowns: Cooldowns) -> None:
        assert await told_to_wait(chat.download("photo", max_bytes=9)) == 60
        assert await told_to_wait(chat.download("other", max_bytes=9)) == 0
        assert await told_to_wait(chat.send(message(1))) == 0
        assert await told_to_wait(chat.download("photo", max_bytes=9)) == pytest.approx(60)

    play_flood(story, Flooded(photo=60), tmp_path)


def test_where_a_second_chat_is_told_to_wait_at_the_same_time_everybody_does(
    tmp_path: Path,
) -> None:
    async def story(chat: RateLimitedChat, cooldowns: Cooldowns) -> None:
        await told_to_wait(chat.send(message(1)))
        await told_to_wait(chat.send(message(2)))
        assert await told_to_wait(chat.send(message(3))) == pytest.approx(30)
        assert await cooldowns.left_s(CHAT) == pytest.approx(30)

    play_flood(story, Flooded(chat1=300, chat2=30), tmp_path)


def test_two_chats_one_after_the_other_are_two_chats(tmp_path: Path) -> None:
    async def story(chat: RateLimitedChat, _cooldowns: Cooldowns) -> None:
        await told_to_wait(chat.send(message(1)))
        await asyncio.sleep(31)
        await told_to_wait(chat.send(message(2)))
        assert await told_to_wait(chat.send(message(3))) == 0

    play_flood(story, Flooded(chat1=30, chat2=30), tmp_path)


@pytest.mark.parametrize("method", ["poll", "start"])
def test_what_is_no_chats_is_said_to_everybody(tmp_path: Path, method: str) -> None:
    async def story(chat: RateLimitedChat, _cooldowns: Cooldowns) -> None:
        call = chat.start() if method == "start" else chat.updates(None, timeout_s=1)
        assert await told_to_wait(call) == 40
        assert await told_to_wait(chat.send(message(1))) == pytest.approx(40)

    play_flood(story, Flooded(poll=40, start=40), tmp_path)
