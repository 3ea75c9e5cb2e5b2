"""The gauges of the store: asked when the metrics are read, and never in their way."""

import asyncio
from datetime import UTC, datetime, timedelta
from math import isnan
from typing import Any, cast

from snapthread.adapters.telemetry.gauges import StoreGauges
from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.errors import StoreBusy
from snapthread.model import Backlog


class Held:
    """The verbs that the gauges ask."""

    waits, asked, away = 3, 0, False

    async def backlog(self, now: datetime) -> Backlog:
        if self.away:
            raise StoreBusy
        self.asked += 1
        return Backlog(messages=self.waits, files=4, unsettled=0, dead_letters=2, live_files=0)


class Hand:
    now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def made() -> tuple[Metrics, Held, Hand, StoreGauges]:
    metrics, held, hand = Metrics(), Held(), Hand()

    async def reasons() -> list[str]:
        return []

    return metrics, held, hand, StoreGauges(metrics, cast(Any, held), hand, reasons)


def value(metrics: Metrics, name: str) -> float:
    found = metrics.registry.get_sample_value(f"snapthread_{name}")
    assert found is not None
    return found


def test_what_waits_is_told_as_it_is_now() -> None:
    metrics, _, _, gauges = made()
    asyncio.run(gauges.refresh())
    names = ("waiting_messages", "dead_letters", "deletions_due", "live_files", "ready")
    assert [value(metrics, name) for name in names] == [3, 2, 4, 0, 1]


def test_who_scrapes_often_does_not_ask_the_store_each_time() -> None:
    _, held, hand, gauges = made()
    for _ in range(5):
        asyncio.run(gauges.refresh())
        hand.now += timedelta(seconds=1)
    assert held.asked == 1


def test_a_store_that_is_away_leaves_no_number_and_breaks_nothing() -> None:
    metrics, held, hand, gauges = made()
    asyncio.run(gauges.refresh())
    held.away, hand.now = True, hand.now + timedelta(minutes=1)
    asyncio.run(gauges.refresh())
    assert isnan(value(metrics, "waiting_messages"))
    assert value(metrics, "ready") == 0
    held.away = False
    asyncio.run(gauges.refresh())
    assert value(metrics, "waiting_messages") == 3


def test_the_age_of_the_last_answer_is_none_before_the_first() -> None:
    metrics = Metrics()
    assert isnan(value(metrics, "last_answer_age_seconds"))
    metrics.observe(None, "info", {"event": "turn.delivered", "ms": 5})
    assert 0 <= value(metrics, "last_answer_age_seconds") < 60
