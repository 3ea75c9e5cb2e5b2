"""Updates that break us, which no other one may."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from structlog.testing import capture_logs

from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.intake.intake import Intake
from snapthread.model import Message
from snapthread.ports import Arrival, Update
from tests import virtual
from tests.contracts.builders import message
from tests.test_deaf_polling import Jobs


class Chat:
    """Brings these updates until they are confirmed."""

    def __init__(self, *updates: Update) -> None:
        self.left: Sequence[Update] = updates

    async def updates(self, offset: int | None, *, timeout_s: int) -> Sequence[Update]:
        self.left = tuple(each for each in self.left if each.update_id >= (offset or 0))
        await asyncio.sleep(0 if self.left else timeout_s)
        return self.left


class Groups:
    """Breaks at the update of this id, as a mistake of ours would."""

    async def questions_in(self, update: Update, *_: object) -> tuple[Message, ...]:
        if update.update_id == 2:
            raise RuntimeError("a mistake of ours")
        return (update.message,) if update.message and update.is_asked else ()


class Everything:
    """The store and the worker: what was accepted."""

    def __init__(self) -> None:
        self.accepted: list[int] = []

    async def accept_and_claim(
        self, arrivals: Sequence[Arrival], _: object, **__: object
    ) -> tuple[frozenset[str], tuple[()]]:
        self.accepted += [each.message.update_id for each in arrivals]
        return frozenset(), ()

    @contextmanager
    def free_slots(self) -> Iterator[int]:
        yield 1

    def begin(self, claims: object, asked_s: float) -> None:
        pass


def said(id: int) -> Update:
    return Update(update_id=id, message=message(update_id=id))


def intake_of(chat: Chat, everything: Everything, health: Health) -> Intake:
    return Intake(
        store=cast(Any, everything),
        chat=cast(Any, chat),
        alerts=cast(Any, None),
        health=health,
        groups=cast(Any, Groups()),
        clock=virtual.now,
        heartbeat=Heartbeat(jobs=Jobs(), clock=virtual.now),
        quiet_s=1.0,
        if_full=cast(Any, lambda _: None),
        worker=cast(Any, everything),
    )


async def test_one_update_that_broke_us_ended_the_bot_for_everybody() -> None:
    chat, everything, health = Chat(said(2)), Everything(), Health(clock=virtual.now)
    intake = intake_of(chat, everything, health)
    with capture_logs() as told:
        polling = asyncio.create_task(intake.run())
        await asyncio.sleep(60.0)
        # Alone, nothing tells that the fault is not ours with every update: it is not confirmed.
        assert (everything.accepted, [each.update_id for each in chat.left]) == ([], [2])
        assert health.reasons() == ["store: an update could not be taken in (RuntimeError)"]
        chat.left = [said(2), said(3)]
        await asyncio.sleep(60.0)
        polling.cancel()

    assert everything.accepted == [3]
    assert not chat.left
    assert not health.reasons()
    assert {each["update_id"] for each in told if each["event"] == "update.broke"} == {2}


async def test_beside_talk_that_is_not_kept_a_store_that_broke_lost_every_question() -> None:
    """To pass over what others say shows nothing of the store."""

    class Broken(Everything):
        async def accept_and_claim(self, *_: object, **__: object) -> Any:
            raise RuntimeError("a mistake of ours")

    talk = Update(update_id=4, message=message(update_id=4), is_asked=False)
    chat = Chat(said(3), talk)
    intake = intake_of(chat, Broken(), Health(clock=virtual.now))
    with capture_logs():
        polling = asyncio.create_task(intake.run())
        await asyncio.sleep(60.0)
        polling.cancel()
    assert [each.update_id for each in chat.left] == [3, 4]
