"""Two processes on one store, with a webhook that brings each update to one of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from snapthread.errors import WAIT_MAX_S, StoreBusy, StoreFull
from snapthread_sandbox.faults import flood, rate_limited
from tests import virtual
from tests.line.photos import photo
from tests.line.world import Process, World

URL = "https://bot.example.org/telegram"
LONG = " ".join(f"word{number}" for number in range(200))


class Replicas:
    """Two processes; `door` is the one that the balancer brings the next updates to."""

    def __init__(self, world: World, first: Process, second: Process) -> None:
        self.world = world
        self.first = first
        self.second = second
        self.access = first
        self.statuses: list[int] = []

    async def post(self, _url: str, _headers: Mapping[str, str], body: bytes) -> int:
        try:
            await self.access.bot.intake.receive(body)
        except (StoreBusy, StoreFull):
            self.statuses.append(503)
        else:
            self.statuses.append(200)
        return self.statuses[-1]


@asynccontextmanager
async def two(folder: Path) -> AsyncIterator[Replicas]:
    world = World(folder, {"TELEGRAM_WEBHOOK_URL": URL, "STREAMING": "draft"})
    replicas = Replicas(world, await world.start(), await world.start())
    balancer = asyncio.create_task(world.telegram.deliver(replicas.post))
    try:
        yield replicas
    finally:
        balancer.cancel()
        await replicas.first.stop()
        await replicas.second.stop()


def play(story: Callable[[Replicas], Awaitable[None]], folder: Path) -> None:
    async def told() -> None:
        async with two(folder) as replicas:
            await story(replicas)

    virtual.run(told())


async def _talks_at_length(replicas: Replicas) -> None:
    """The first process answers at length; from then on updates come to the second. Either may
    have taken the question: the one that did is called the first."""
    world = replicas.world
    world.model.says(LONG, between_s=0.2)
    ada = world.person()
    ada.sends("Tell me everything")
    await world.until(lambda: "word9" in (ada.chat.draft.text if ada.chat.draft else ""))
    if not replicas.first.bot.worker.active:
        replicas.first, replicas.second = replicas.second, replicas.first
    assert replicas.first.bot.worker.active == 1
    replicas.access = replicas.second


def sends(world: World) -> int:
    return sum(call.method == "sendMessage" for call in world.telegram.calls)


def test_an_update_is_answered_whoever_it_comes_to(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        ada = replicas.world.person()
        for number, access in enumerate((replicas.first, replicas.second, replicas.first)):
            replicas.access = access
            ada.sends_photo(photo("red"), caption=f"question {number}")
            (answer,) = await ada.hears()
            assert f"question {number}" in answer.text
        assert len(replicas.world.requests[-1].file_ids) == 3

    play(story, tmp_path)


def test_a_stop_reaches_the_answer_of_another_process_within_a_second(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        await _talks_at_length(replicas)
        ada, began = replicas.world.person(), virtual.unix_now()
        ada.presses_stop()
        (answer,) = await ada.hears()
        assert virtual.unix_now() - began <= 1
        assert answer.text.startswith("word0 word1")
        assert len(answer.text) < len(LONG) / 2
        assert replicas.world.openai.broken_off

    play(story, tmp_path)


def test_a_reset_ends_the_answer_of_another_process_within_a_second(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        await _talks_at_length(replicas)
        ada, began = replicas.world.person(), virtual.unix_now()
        ada.sends("/reset")
        (sentence,) = await ada.hears()
        await replicas.world.until(lambda: replicas.first.bot.worker.active == 0)
        assert virtual.unix_now() - began <= 1
        assert sentence.text.startswith("🔄")
        ada.sends("Are you there?")
        assert (await ada.hears())[0].text == "You said: Are you there?"
        assert len(replicas.world.requests[-1].body["input"]) == 1
        assert len(ada.sees) == 2

    play(story, tmp_path)


def test_what_openai_asked_one_process_to_wait_all_wait(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        world = replicas.world
        ada, bob = world.person(), world.person(1002)
        world.openai.faults.add(on="POST /responses", reply=rate_limited(30), times=1)
        ada.sends("One")
        await world.until(lambda: world.openai.counts["POST /responses"] == 1)
        await asyncio.sleep(1)  # the reply arrives
        replicas.access = replicas.second
        bob.sends("Two")
        await asyncio.sleep(28)
        assert world.openai.counts["POST /responses"] == 1
        assert [m.text for m in (*await ada.hears(), *await bob.hears())] == [
            "You said: One",
            "You said: Two",
        ]

    play(story, tmp_path)


def test_what_telegram_asked_two_chats_of_one_process_to_wait_all_wait(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        world = replicas.world
        ada, bob, eve = world.person(), world.person(1002), world.person(1003)
        world.telegram.faults.add(on="sendMessage", reply=flood(20), times=2)
        await asyncio.sleep(1)  # the other process looks into the store now and then
        ada.sends("One")
        bob.sends("Two")
        await world.until(lambda: sends(world) == 2)
        await asyncio.sleep(1)  # the replies arrive
        replicas.access = replicas.second
        eve.sends("Three")
        await asyncio.sleep(18)
        assert sends(world) == 2
        for person in (ada, bob, eve):
            await person.hears()
        assert sends(world) == 5

    play(story, tmp_path)


def test_what_telegram_asked_one_chat_to_wait_silences_no_other(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        world = replicas.world
        ada, bob = world.person(), world.person(1002)
        world.telegram.faults.add(on="sendMessage", reply=flood(300), times=1)
        began = virtual.unix_now()
        ada.sends("One")
        await world.until(lambda: sends(world) == 1)
        bob.sends("Two")
        await bob.hears()
        assert virtual.unix_now() - began < 10
        await ada.hears(timeout_s=400)

    play(story, tmp_path)


def test_a_wait_beyond_reason_stops_nobody_for_ever(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        world = replicas.world
        ada, bob = world.person(), world.person(1002)
        world.telegram.faults.add(on="sendMessage", reply=flood(10**9), times=1)
        world.openai.faults.add(on="POST /responses", reply=rate_limited(10**8), times=1)
        began = virtual.unix_now()
        ada.sends("One")
        await ada.hears(timeout_s=2 * WAIT_MAX_S)
        replicas.access = replicas.second
        bob.sends("Two")
        assert (await bob.hears(timeout_s=WAIT_MAX_S))[0].text == "You said: Two"
        assert virtual.unix_now() - began <= WAIT_MAX_S + 5

    play(story, tmp_path)


def test_an_update_that_cannot_be_kept_is_brought_again(tmp_path: Path) -> None:
    async def story(replicas: Replicas) -> None:
        ada = replicas.world.person()
        intake = replicas.first.bot.intake
        working = intake.store

        class Away:
            async def accept_and_claim(self, *args: object, **kw: object) -> None:
                intake.store = working
                raise StoreBusy("away")

        intake.store = cast(Any, Away())
        ada.sends("Hello")
        assert (await ada.hears())[0].text == "You said: Hello"
        assert replicas.statuses == [503, 200]

    play(story, tmp_path)
