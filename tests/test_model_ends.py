"""A model's end: read from the list, told 90, 30 and 7 days before, once each."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from snapthread.adapters.openai_api.catalog import OpenAICatalog
from snapthread.adapters.openai_api.client import make_client
from snapthread.errors import AssistantBusy, AssistantDenied
from snapthread.intake.model_watch import ModelWatch
from snapthread.model.preferences import Offer, Persona
from snapthread.ports import FixedCatalog, ListedModel
from snapthread.ports.model_ends import end_of, replacement_of, warning_due
from snapthread.reply.alerts import Alerts
from snapthread.store import Store
from snapthread.texts import Texts
from snapthread_sandbox.faults import not_json, openai_error
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.models import ModelTraits
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from tests import virtual
from tests.contracts.builders import open_sqlite
from tests.doubles import openai_transport

ADMINS = frozenset({7, 8})
END = date(2027, 1, 14)
ON_4O = Offer(model="gpt-4o")
TEACHER = Persona(name="Teacher", instructions="Teach.", model="gpt-4o")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2027-01-14", END),
        ("2027-01-14T00:00:00Z", END),
        (1_799_884_800, END),
        (None, None),
        ("soon", None),
        ("2027-13-40", None),
        (True, None),
    ],
)
def test_an_end_is_read_in_whatever_shape_it_is_told(told: object, read: date | None) -> None:
    assert end_of({"shutdown_date": told}) == read


def test_without_the_field_no_end_is_known() -> None:
    assert end_of({"id": "gpt-6-luna"}) is None


@pytest.mark.parametrize(
    ("model", "other"),
    [("gpt-4o", "gpt-6-luna"), ("gpt-4o-2024-11-20", "gpt-6-luna"), ("gpt-4omega", None)],
)
def test_what_takes_a_models_place_is_known_by_its_family(model: str, other: str | None) -> None:
    assert replacement_of(model) == other


@pytest.mark.parametrize(
    ("days", "mark"),
    [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_the_mark_that_was_passed_last_is_due(days: int, mark: int | None) -> None:
    now = datetime.combine(END - timedelta(days=days), datetime.min.time(), virtual.START.tzinfo)
    assert warning_due(END, now) == mark


def asked(openai: OpenAI) -> tuple[ListedModel, ...]:
    async def story() -> tuple[ListedModel, ...]:
        async with make_client(openai.key, transport=openai_transport(openai)) as client:
            return await OpenAICatalog(client).models()

    return virtual.run(story())


def a_double() -> OpenAI:
    return OpenAI(now=virtual.unix_now, model=ScriptedModel())


def test_the_list_of_the_server_is_read_with_its_ends() -> None:
    openai = a_double()
    openai.models["gpt-4o"] = ModelTraits(id="gpt-4o", shutdown_date=END.isoformat())

    listed = {model.id: model.ends_at for model in asked(openai)}

    assert listed["gpt-4o"] == END
    assert listed["gpt-6-luna"] is None


def test_a_list_that_fails_is_told_in_our_own_words() -> None:
    openai = a_double()
    openai.faults.add(on="GET /models", reply=openai_error(401, "No", code="invalid_api_key"))
    with pytest.raises(AssistantDenied):
        asked(openai)
    openai.faults.add(on="GET /models", reply=openai_error(503, "Away"))
    with pytest.raises(AssistantBusy):
        asked(openai)


def test_what_is_no_list_is_an_empty_one() -> None:
    openai = a_double()
    openai.faults.add(on="GET /models", reply=not_json(200))

    assert asked(openai) == ()


class Story:
    """A bot on gpt-4o, its store, and the days that pass."""

    def __init__(
        self,
        store: Store,
        *,
        listed: tuple[str, ...] = ("gpt-6-luna",),
        offer: Offer = ON_4O,
        server: str = "OpenAI",
    ) -> None:
        self.store = store
        known = [ListedModel(id=name) for name in listed]
        catalog = FixedCatalog((ListedModel(id="gpt-4o", ends_at=END), *known))
        self.now = virtual.START
        alerts = Alerts(
            store=store,
            chat=cast(Any, None),
            texts=Texts.load(),
            clock=self.clock,
            admins=ADMINS,
            language="en",
            server=server,
        )
        self.watch = ModelWatch(
            catalog=catalog, jobs=store, alerts=alerts, clock=self.clock, offer=offer
        )

    def clock(self) -> datetime:
        return self.now

    async def day(self, days_before: int) -> list[str]:
        """Sentences that the admins hear on that day."""
        self.now = datetime.combine(
            END - timedelta(days=days_before), datetime.min.time(), virtual.START.tzinfo
        )
        await self.watch.run_once()
        said = []
        while claim := await self.store.claim(self.now, lease_s=60):
            for part in claim.outbox:
                said.append(part.outgoing.text)
                await self.store.mark_sent(claim, part)
            await self.store.release(claim, self.now)
        return said


def play(folder: Path, expected: dict[int, int], **more: Any) -> list[str]:
    """The texts; `expected`: how many admins hear something, by the day before the end."""

    async def told() -> list[str]:
        store = await open_sqlite(folder)
        story, said = Story(store, **more), []
        for days, hearing in expected.items():
            heard = await story.day(days)
            assert len(heard) == hearing, days
            said += heard
        await store.close()
        return said

    return asyncio.run(told())


def test_admins_hear_90_30_and_7_days_before_and_once_each(tmp_path: Path) -> None:
    days = {120: 0, 90: 2, 89: 0, 60: 0, 30: 2, 29: 0, 7: 2, 6: 0, 1: 0, 0: 0, -1: 0}

    said = play(tmp_path, days)

    assert "gpt-4o on 2027-01-14, in 90 days" in said[0]
    assert all("gpt-6-luna takes its place: name it in OPENAI_MODEL" in text for text in said)


@pytest.mark.parametrize(
    ("offer", "setting"),
    [
        (Offer(model="gpt-6-luna", models=("gpt-4o",)), "MODELS"),
        (Offer(model="gpt-6-luna", personas=(TEACHER,)), "PERSONAS_FILE"),
    ],
)
def test_models_that_people_may_choose_are_watched_too(
    tmp_path: Path, offer: Offer, setting: str
) -> None:
    (said, _) = play(tmp_path, {30: 2}, offer=offer)

    assert (
        f"gpt-4o on 2027-01-14, in 30 days. gpt-6-luna takes its place: name it in {setting}"
        in said
    )


def test_the_admins_read_which_server_switches_it_off(tmp_path: Path) -> None:
    (said, _) = play(tmp_path, {30: 2}, server="llm.example.org")

    assert said.startswith("⏳ llm.example.org switches off the model")


def test_a_bot_that_slept_warns_of_the_nearest_mark_only(tmp_path: Path) -> None:
    said = play(tmp_path, {5: 2, 4: 0})

    assert "in 5 days" in said[0]


def test_a_replacement_that_the_list_does_not_know_is_not_named(tmp_path: Path) -> None:
    said = play(tmp_path, {1: 2}, listed=())

    assert "in 1 day." in said[0]
    assert "gpt-6-luna" not in said[0]


def test_the_list_is_read_once_a_day_by_one_process(tmp_path: Path) -> None:
    class Counted(FixedCatalog):
        reads = 0

        async def models(self) -> tuple[ListedModel, ...]:
            Counted.reads += 1
            return ()

    async def story() -> None:
        store = await open_sqlite(tmp_path)
        watches = [
            ModelWatch(
                catalog=Counted(),
                jobs=store,
                alerts=cast(Any, None),
                clock=virtual.now,
                offer=Offer(model="gpt-4o"),
            )
            for _ in range(2)
        ]
        running = [asyncio.create_task(watch.run()) for watch in watches]
        await asyncio.sleep(2.5 * 86_400)
        for task in running:
            task.cancel()
        assert 3 <= Counted.reads <= 4
        await store.close()

    virtual.run(story())
