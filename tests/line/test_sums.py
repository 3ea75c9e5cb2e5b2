"""After many turns in which everything goes wrong, the records agree with what the doubles saw."""

import asyncio
import random
from pathlib import Path

import pytest

from snapthread.model.usage import TurnRecord
from snapthread_sandbox.faults import (
    Fault,
    cuts_stream,
    drops,
    loses_reply,
    not_json,
    openai_error,
    server_error,
)
from snapthread_sandbox.openai.scripted_model import Answer, Incomplete
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import album, photo
from tests.line.test_limits import records
from tests.line.world import World, at, opened

FAULTS: tuple[tuple[str, Fault], ...] = (
    ("POST /responses", server_error()),
    ("POST /responses", server_error(503)),
    ("POST /responses", openai_error(429, "slow down", code="rate_limit_exceeded")),
    ("POST /responses", cuts_stream(after=2)),
    ("POST /responses", cuts_stream(after=5)),
    ("POST /responses", cuts_stream(after=4, ending="ended")),
    ("POST /responses", drops()),
    ("POST /responses", loses_reply()),
    ("POST /responses", not_json()),
    ("POST /responses", openai_error(400, "against our policy", code="content_policy_violation")),
    ("POST /files", server_error()),
    ("POST /files", loses_reply()),
)


def says_something(person: Person, chance: random.Random) -> None:
    match chance.randrange(5):
        case 0:
            person.sends_photo(photo(size=(chance.randrange(100, 900), 300)), caption="What?")
        case 1:
            person.sends_album(album(chance.randrange(2, 4)))
        case 2:
            person.sends_document(b"\x89PNG\r\n\x1a\nno image at all", mime_type="image/png")
        case _:
            person.sends("Tell me " + "more " * chance.randrange(1, 40))


async def one_round(world: World, people: list[Person], chance: random.Random) -> None:
    """Everybody asks once; some things go wrong, some people stop, reset or lose a file."""
    some = max(1, len(people) // 12)
    for on, fault in chance.choices(FAULTS, k=4 * some):
        world.openai.faults.add(on=on, reply=fault)
    for file_id in chance.sample(sorted(world.files), k=min(some, len(world.files))):
        world.openai.vanish(file_id)
    for person in people:
        says_something(person, chance)
    await asyncio.sleep(1.5)
    for number, person in enumerate(chance.sample(people, k=2 * some)):
        person.sends("/reset" if number % 2 else "/stop")
    await all_rests(world)
    world.openai.faults.clear()


async def all_rests(world: World) -> None:
    assert world.process is not None
    process = world.process
    while process.bot.worker.active or (await process.store.backlog(at())).messages:
        await asyncio.sleep(1)


def total(told: tuple[TurnRecord, ...], name: str) -> int:
    return sum(getattr(record, name) for record in told)


@pytest.mark.parametrize(
    ("count", "rounds"), [(60, 2), pytest.param(200, 5, marks=pytest.mark.soak)]
)
async def test_after_many_turns_with_faults_the_records_equal_what_the_doubles_counted(
    tmp_path: Path, count: int, rounds: int
) -> None:
    async with opened(tmp_path) as world:
        chance = random.Random(7)
        people = [world.person(1001 + number) for number in range(count)]
        world.model.otherwise = Answer(text="an answer of some words ", between_s=0.5)
        for _ in range(rounds):
            world.model.says("cut", ending=Incomplete(reason="max_output_tokens"))
            await one_round(world, people, chance)
        told = await records(world)
        assert world.process is not None
        days = await world.process.store.usage("")
        assert len(told) >= count * rounds * 0.9  # a reset may end a question before it was begun
        assert {"answered", "refused", "failed", "interrupted"} <= {r.outcome for r in told}
        assert total(told, "requests") == len(world.requests)
        assert total(told, "images_in_requests") == sum(len(r.file_ids) for r in world.requests)
        tokens = world.openai.tokens
        assert sum(r.usage.input_tokens for r in told) == tokens["input_tokens"]
        assert sum(r.usage.output_tokens for r in told) == tokens["output_tokens"]
        assert sum(r.estimated.output_tokens > 0 for r in told) > 0
        for name in ("messages", "images", "image_tokens", "bytes_uploaded", "cost_micros"):
            assert sum(getattr(row, name) for row in days) == total(told, name), name
        assert at() > told[0].at
        spent = await world.process.bot.quotas.spending(1001)
        assert spent.bot_month.cost_micros == total(told, "cost_micros")
