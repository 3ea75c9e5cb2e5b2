"""Holders of a conversation: a worker that may have lost its lease stops before another begins."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from structlog.testing import capture_logs

from snapthread.clock import now_s
from snapthread.errors import StoreBusy, StoreDenied
from snapthread.intake.keeping import ClaimKeeper
from snapthread.intake.worker import SENTENCES_AT_ONCE, Worker
from snapthread.limits import LEASE_S, SYNC_EVERY_S
from snapthread.model import Claim, ConversationKey, Served
from tests import virtual

SLOW_S = 4.9  # just short of being given up
CLAIM = Claim(conversation=ConversationKey("user:7"), token=1, epoch=0, turn=1)


class SlowStore:
    """One conversation; its first renewal is answered late, and no later one at all."""

    def __init__(self) -> None:
        self.claims = [CLAIM]
        self.renewals = 0
        self.lease_until = virtual.now()

    async def urgent_commands(self) -> tuple[()]:
        return ()

    async def claim(self, now: datetime, *, lease_s: float, only: object) -> Claim | None:
        if not self.claims:
            return None
        self.lease_until = now + timedelta(seconds=lease_s)
        return self.claims.pop()

    async def renew(self, _claim: Claim, now: datetime, *, lease_s: float) -> bool:
        self.renewals += 1
        if self.renewals > 1:
            raise StoreBusy("away")
        self.lease_until = now + timedelta(seconds=lease_s)
        await asyncio.sleep(SLOW_S)
        return True

    async def release(self, *_: object, **__: object) -> None:
        self.claims = []

    async def next_wake(self, now: datetime) -> datetime | None:
        return now if self.claims else None


def worker_of(
    store: object,
    serve: Callable[[Claim], Coroutine[None, None, Served]],
    *,
    urgent: object = None,
    parallel: int = 1,
) -> Worker:
    keeper = ClaimKeeper(store=cast(Any, store), clock=virtual.now)
    return Worker(
        store=cast(Any, store),
        clock=virtual.now,
        keeper=keeper,
        serve=serve,
        urgent=cast(Any, urgent),
        parallel=parallel,
    )


def worker_that_gives_back(
    serve: Callable[[Claim], Coroutine[None, None, None]], store: SlowStore
) -> Worker:
    async def served(claim: Claim) -> Served:
        await serve(claim)
        return "held"  # the worker gives the claim back

    return worker_of(store, served)


def test_a_lease_is_counted_from_before_the_store_was_asked() -> None:
    async def story() -> None:
        store, ended_at = SlowStore(), list[datetime]()

        async def serve(_claim: Claim) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended_at.append(virtual.now())

        worker = worker_that_gives_back(serve, store)
        running = asyncio.create_task(worker.run())
        began_s = now_s()
        while not ended_at and now_s() - began_s < 3 * LEASE_S:
            await asyncio.sleep(0.5)
        worker.stop()
        await running
        assert ended_at[0] < store.lease_until

    with capture_logs():
        virtual.run(story())


def test_a_store_that_breaks_leaves_no_slot_taken() -> None:
    """A conversation whose lease cannot be kept is given up, and the next one is served."""

    class BrokenStore(SlowStore):
        async def renew(self, *_: object, **__: object) -> bool:
            raise StoreDenied("no right to do that")

        async def release(self, *_: object, **__: object) -> None:
            raise StoreDenied("nor that")

    async def story() -> None:
        served = 0

        async def serve(_claim: Claim) -> None:
            nonlocal served
            served += 1
            await asyncio.Event().wait()

        store = BrokenStore()
        store.claims = [CLAIM, CLAIM]
        worker = worker_that_gives_back(serve, store)
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(2 * LEASE_S)
        assert served == 2
        worker.stop()
        await running
        assert worker.active == 0

    with capture_logs() as logs:
        virtual.run(story())
    assert "lease.broke" in {line["event"] for line in logs}


async def test_a_mistake_in_the_loop_that_claims_ended_the_bot() -> None:
    class OddStore(SlowStore):
        asked = 0

        async def next_wake(self, now: datetime) -> datetime | None:
            self.asked += 1
            if now < began + timedelta(minutes=10):
                raise KeyError("a mistake of ours")
            return await super().next_wake(now)

    async def serve(_claim: Claim) -> None:
        served.set()

    began, served, store = virtual.now(), asyncio.Event(), OddStore()
    store.claims = []
    worker = worker_that_gives_back(serve, store)
    with capture_logs() as lines:
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(600)
        assert store.asked < 20  # it does not spin
        store.claims = [CLAIM]
        worker.wake()
        await served.wait()
        worker.stop()
        await running
    assert "worker.broke" in {line["event"] for line in lines}


async def test_a_turn_that_broke_was_told_without_its_turn() -> None:
    async def serve(_claim: Claim) -> None:
        raise KeyError("a mistake of ours")

    store = SlowStore()
    store.claims = [CLAIM]
    worker = worker_that_gives_back(serve, store)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(1)
        worker.stop()
        await running
    (broke,) = [line for line in lines if line["event"] == "turn.broke"]
    assert (len(broke["turn"]), broke["attempt"]) == (8, CLAIM.attempt)


def test_a_turn_that_ends_in_order_is_not_torn_off_by_a_lease_that_is_lost() -> None:
    async def story() -> None:
        is_written_down = asyncio.Event()

        class LostStore(SlowStore):
            async def renew(self, *_: object, **__: object) -> bool:
                return False

        async def serve(_claim: Claim) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(2 * LEASE_S)
                is_written_down.set()

        worker = worker_that_gives_back(serve, LostStore())
        running = asyncio.create_task(worker.run())
        await asyncio.sleep(4 * LEASE_S)
        worker.stop()
        await running
        assert is_written_down.is_set()

    with capture_logs():
        virtual.run(story())


def test_who_hears_again_and_again_that_it_lost_ends_in_order() -> None:
    """A turn whose cost is written down at its end."""

    async def story() -> None:
        is_written_down = asyncio.Event()

        async def serve(_claim: Claim) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(2 * SYNC_EVERY_S)
                is_written_down.set()

        worker = worker_that_gives_back(serve, SlowStore())
        running = asyncio.create_task(worker.run())
        await worker.works()
        await asyncio.sleep(0)
        while worker.active:
            worker.lose(CLAIM)
            await asyncio.sleep(SYNC_EVERY_S)
        worker.stop()
        await running
        assert is_written_down.is_set()

    with capture_logs() as logs:
        virtual.run(story())
    assert [line["kind"] for line in logs] == ["lease"]


class CrowdedStore:
    """Conversations that wait with a question each; a Stop is pressed in all of them. `answers`:
    those whose Stop is answered by a sentence."""

    def __init__(self, waiting: int, answers: int) -> None:
        self.stops = [ConversationKey(f"user:{n}") for n in range(waiting)]
        self.ready = dict.fromkeys(self.stops, 0)
        self.answered = set(self.stops[:answers])
        self.uncounted = 0

    async def urgent_commands(self) -> tuple[Any, ...]:
        stops, self.stops = self.stops, []
        return tuple(SimpleNamespace(conversation=key) for key in stops)

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None
    ) -> Claim | None:
        key = next((key for key in self.ready if only in {None, key}), None)
        if key is None:
            return None
        del self.ready[key]
        outbox = (cast(Any, "sentence"),) if key in self.answered else ()
        return Claim(conversation=key, token=1, epoch=0, turn=1, outbox=outbox)

    async def renew(self, *_: object, **__: object) -> bool:
        return True

    async def release(self, claim: Claim, *_: object, uncount: bool = False, **__: object) -> None:
        if uncount:
            self.uncounted += 1
            self.ready[claim.conversation] = 0

    async def next_wake(self, _now: datetime) -> None:
        return None


@pytest.mark.parametrize("answers", [0, 3, 50])
def test_stale_stops_open_no_slots_for_the_questions_behind_them(answers: int) -> None:
    """Their sentences wait for no slot, and even those are bounded."""

    async def story() -> None:
        store, running = CrowdedStore(60, answers), list[Claim]()

        async def serve(claim: Claim) -> Served:
            running.append(claim)
            await asyncio.Event().wait()
            return "held"

        async def stop(_command: object, _stop_turn: object) -> None:
            return None

        worker = worker_of(store, serve, urgent=stop, parallel=2)
        loop = asyncio.create_task(worker.run())
        await asyncio.sleep(30)
        questions = [claim for claim in running if not claim.outbox]
        assert len(questions) <= 2
        assert len(running) <= 2 + min(answers, SENTENCES_AT_ONCE)
        assert worker.active == len(running)
        assert len(store.ready) == 60 - len(running)
        worker.stop()
        await loop

    with capture_logs():
        virtual.run(story())


# ---------------------------------------------------------------- urgent commands


class PressedStore(CrowdedStore):
    """Commands stay in the store until they were run."""

    def __init__(self, *commands: tuple[str, int]) -> None:
        super().__init__(0, 0)
        self.commands = [SimpleNamespace(conversation=key, number=n) for key, n in commands]

    async def urgent_commands(self) -> tuple[Any, ...]:
        return tuple(self.commands)


async def commands_run(store: PressedStore, urgent: Callable[..., Any], seconds: float) -> None:
    async def serve(_claim: Claim) -> Served:
        return "idle"

    worker = worker_of(store, serve, urgent=urgent)
    loop = asyncio.create_task(worker.run())
    with capture_logs():
        await asyncio.sleep(seconds)
        worker.stop()
        await loop


async def test_commands_of_one_conversation_are_run_in_order_and_none_twice_at_a_time() -> None:
    store, ran = PressedStore(("a", 1), ("a", 2), ("b", 3)), list[int]()

    async def urgent(command: Any, _stop_turn: object) -> None:
        await asyncio.sleep(0.1 if command.conversation == "b" else 3)
        ran.append(command.number)
        store.commands.remove(command)

    await commands_run(store, urgent, 10)
    assert ran == [3, 1, 2]


@pytest.mark.parametrize("error", [StoreBusy("away"), KeyError("a mistake of ours")])
async def test_a_command_that_fails_is_run_again_and_holds_up_no_other(error: Exception) -> None:
    store, ran = PressedStore(("a", 1), ("b", 2)), list[int]()
    errors = [error, error]

    async def urgent(command: Any, _stop_turn: object) -> None:
        if command.number == 1 and errors:
            raise errors.pop()
        ran.append(command.number)
        store.commands.remove(command)

    await commands_run(store, urgent, 10)
    assert ran == [2, 1]


async def test_a_command_that_ended_while_the_store_told_of_it_was_run_again() -> None:
    store, ran = PressedStore(("a", 1)), list[int]()
    looks, ended = list[int](), asyncio.Event()

    async def told_late() -> tuple[Any, ...]:
        commands = tuple(store.commands)
        looks.append(len(commands))
        if len(looks) == 2:
            await ended.wait()
            await asyncio.sleep(0.1)
        return commands

    store.urgent_commands = told_late  # type: ignore[method-assign]

    async def urgent(command: Any, _stop_turn: object) -> None:
        while len(looks) < 2:
            await asyncio.sleep(0.1)
        ran.append(command.number)
        if command in store.commands:
            store.commands.remove(command)
        ended.set()

    await commands_run(store, urgent, 10)
    assert ran == [1]


async def test_what_a_command_ended_does_not_begin_anew_before_the_command_is_done() -> None:
    """The conversation is given back, and ready at once."""
    store, seen = PressedStore(("user:7", 1)), list[str]()

    async def serve(_claim: Claim) -> Served:
        seen.append("begins")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ends")
        return "held"

    async def urgent(_command: object, stop_turn: Callable[[], Any]) -> None:
        await asyncio.sleep(1)
        await stop_turn()
        await asyncio.sleep(1)
        seen.append("done")
        store.commands = []

    store.ready = {ConversationKey("user:7"): 0}
    worker = worker_of(store, serve, urgent=urgent)

    async def release(claim: Claim, *_: object, **__: object) -> None:
        store.ready[claim.conversation] = 0
        worker.wake()

    store.release = release  # type: ignore[method-assign]
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(5)
    assert seen[-3:] == ["ends", "done", "begins"]
    worker.stop()
    await loop


async def test_turns_ran_on_beneath_a_closed_store_where_another_part_of_the_bot_broke() -> None:
    ended = asyncio.Event()

    async def serve(_claim: Claim) -> Served:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(1)
            ended.set()
        return "held"

    worker = worker_that_gives_back(cast(Any, serve), SlowStore())
    running = asyncio.create_task(worker.run())
    await worker.works()
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert ended.is_set()
    assert worker.active == 0


# ---------------------------------------------------------------- slots for what is taken in


class IdleStore:
    """Nothing is ready; how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.claims = 0

    async def claim(self, *_: object, **__: object) -> None:
        self.claims += 1

    async def next_wake(self, _now: datetime) -> None:
        self.asked += 1

    async def urgent_commands(self) -> tuple[()]:
        return ()


def idle_worker(store: IdleStore, served: Served, parallel: int = 3) -> Worker:
    async def serve(_claim: Claim) -> Served:
        await asyncio.sleep(0.5)
        return served

    return worker_of(store, serve, parallel=parallel)


def claims(count: int) -> list[Claim]:
    return [Claim(conversation=ConversationKey(f"{n}"), token=n, epoch=0) for n in range(count)]


async def test_slots_that_are_kept_free_are_nobody_elses() -> None:
    worker = idle_worker(IdleStore(), "idle")
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)

    with worker.free_slots() as first, worker.free_slots() as second:
        assert (first, second) == (3, 0)
    with worker.free_slots() as again:
        worker.begin(claims(2), asked_s=now_s())
        assert again == 3
    with worker.free_slots() as left:
        assert left == 1
    worker.stop()
    await loop


async def test_no_slot_is_free_while_somebody_waits_for_one() -> None:
    worker = idle_worker(IdleStore(), "idle")
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)

    worker.wake(1, is_urgent=False)
    with worker.free_slots() as free:
        assert free == 0
    worker.stop()
    await loop


async def test_who_comes_while_slots_are_kept_free_is_served_once_they_are() -> None:
    store = IdleStore()
    worker = idle_worker(store, "idle")
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    before = store.claims

    with worker.free_slots():
        worker.wake(1, is_urgent=False)
        await asyncio.sleep(0.1)
        assert store.claims == before
    await asyncio.sleep(0.1)

    assert store.claims == before + 1
    worker.stop()
    await loop


class DueStore(IdleStore):
    """One conversation that is ready at a time."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
        self.claimed: list[datetime] = []

    async def claim(self, *_: object, **__: object) -> None:
        await super().claim()
        if not self.claimed and virtual.now() >= self.at:
            self.claimed.append(virtual.now())

    async def next_wake(self, _now: datetime) -> datetime | None:  # type: ignore[override]
        return None if self.claimed else self.at


async def test_a_conversation_that_is_due_while_slots_are_kept_free_is_claimed_once_they_are() -> (
    None
):
    store = DueStore(virtual.now() + timedelta(seconds=0.5))
    worker = idle_worker(store, "idle")
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.45)

    with worker.free_slots() as free:
        assert free
        await asyncio.sleep(0.1)
        assert not store.claimed
    await asyncio.sleep(0.1)

    assert store.claimed
    worker.stop()
    await loop


async def test_a_turn_that_ends_while_a_message_is_taken_in_asks_for_no_other() -> None:
    store = IdleStore()
    worker = idle_worker(store, "idle")
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    before = store.asked

    worker.begin(claims(1), asked_s=now_s())
    with worker.free_slots():
        await asyncio.sleep(0.6)

    assert store.asked == before
    worker.stop()
    await loop


@pytest.mark.parametrize(("served", "asks"), [("idle", 0), ("more", 1)])
async def test_the_store_is_asked_for_more_only_where_more_is_left(
    served: Served, asks: int
) -> None:
    store = IdleStore()
    worker = idle_worker(store, served)
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    before = store.asked

    worker.begin(claims(1), asked_s=now_s())
    await asyncio.sleep(0.6)

    assert store.asked - before == asks
    worker.stop()
    await loop


async def test_a_turn_that_did_not_end_held_up_the_end_of_the_bot() -> None:
    async def serve(_claim: Claim) -> Served:
        for _ in range(2):  # it is written down, say, and the store is away
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
        return "held"

    worker = worker_of(CrowdedStore(1, 0), serve)
    loop = asyncio.create_task(worker.run())
    await worker.works()
    worker.stop()
    async with asyncio.timeout(25):
        await loop
