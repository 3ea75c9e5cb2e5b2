"""A poll that never comes back, or a connection that lies: noticed within 90 s, and mended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, cast

from snapthread.errors import ChatBusy
from snapthread.intake.health import Health
from snapthread.intake.heartbeat import Heartbeat
from snapthread.intake.intake import Intake
from snapthread.ports import Update
from tests import virtual

NOTICED_WITHIN_S = 90.0


class Connection:
    """A chat whose connection is well, deaf, or lies; a new one is well."""

    def __init__(self) -> None:
        self.state = "well"
        self.renewed_at: list[float] = []
        self.answered_at: list[float] = []

    async def updates(self, offset: int | None, *, timeout_s: int) -> tuple[Update, ...]:
        if self.state == "deaf":
            await asyncio.Event().wait()
        if self.state == "lies":
            raise ChatBusy("Server disconnected")
        await asyncio.sleep(timeout_s)
        self.answered_at.append(virtual.loop().time())
        return ()

    async def reconnect(self) -> None:
        self.renewed_at.append(virtual.loop().time())
        self.state = "well"


class Jobs:
    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        return True


Story = Callable[[Connection, Health], Awaitable[None]]


def play(story: Story) -> None:
    async def told() -> None:
        chat, health, jobs = Connection(), Health(clock=virtual.now), Jobs()
        intake = Intake(
            store=cast(Any, None),  # no update comes, so nothing is kept and nobody is told
            chat=cast(Any, chat),
            alerts=cast(Any, None),
            health=health,
            groups=cast(Any, None),
            clock=virtual.now,
            heartbeat=Heartbeat(jobs=jobs, clock=virtual.now),
            quiet_s=1.0,
            if_full=cast(Any, None),
            worker=cast(Any, None),
        )
        polling = asyncio.create_task(intake.run())
        await asyncio.sleep(10.0)
        await story(chat, health)
        polling.cancel()

    virtual.run(told())


def test_a_poll_that_never_returns_is_mended_by_a_new_connection_within_90_s() -> None:
    async def story(chat: Connection, health: Health) -> None:
        chat.state = "deaf"  # the poll that waits comes back, the next one does not
        await asyncio.sleep(200.0)
        (renewed_at,) = chat.renewed_at
        went_deaf_at = max(at for at in chat.answered_at if at < renewed_at)
        assert renewed_at - went_deaf_at <= NOTICED_WITHIN_S
        assert chat.answered_at[-1] > renewed_at
        assert health.reasons() == []

    play(story)


def test_a_deaf_bot_is_not_ready_within_90_s() -> None:
    async def story(chat: Connection, health: Health) -> None:
        chat.state = "deaf"
        chat.reconnect = stays_deaf  # type: ignore[method-assign]  # a network that is gone
        await asyncio.sleep(50.0 + NOTICED_WITHIN_S)
        assert health.reasons() != []

    async def stays_deaf() -> None:
        return None

    play(story)


def test_a_connection_that_lies_is_left_for_a_new_one() -> None:
    async def story(chat: Connection, health: Health) -> None:
        chat.state = "lies"
        await asyncio.sleep(60.0)
        assert len(chat.renewed_at) == 1
        assert health.reasons() == []

    play(story)


def test_polling_outlives_a_network_that_is_gone_for_a_day() -> None:
    async def story(chat: Connection, health: Health) -> None:
        chat.state = "lies"
        chat.reconnect = stays_gone  # type: ignore[method-assign]
        await asyncio.sleep(24 * 3600.0)
        chat.state = "well"
        await asyncio.sleep(60.0)
        assert virtual.loop().time() - chat.answered_at[-1] < 60.0
        assert health.reasons() == []

    async def stays_gone() -> None:
        return None

    play(story)


def test_the_age_of_the_last_poll_is_known() -> None:
    async def story(chat: Connection, health: Health) -> None:
        assert health.poll_age_s == 10.0
        await asyncio.sleep(20.0)
        assert health.poll_age_s == 30.0
        health.mark_standing_by()
        assert health.poll_age_s is None

    play(story)
