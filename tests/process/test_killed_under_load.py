"""`kill -9` again and again while people talk: nothing is lost, and nothing is left behind."""

import asyncio
import os
import random

import pytest

from snapthread.sandbox.people import Person
from snapthread.sandbox.scripted_model import Answer
from tests.line.photos import photo
from tests.process.test_upkeep import command
from tests.process.town import Town

PEOPLE = 4


def test_five_kills_under_load(town: Town) -> None:
    town.play(lambda: _killed(town, 5), limit_s=600)


@pytest.mark.soak
def test_two_hundred_kills_under_load(town: Town) -> None:
    town.play(lambda: _killed(town, int(os.environ.get("KILLS", "200"))), limit_s=6 * 3600)


async def _killed(town: Town, kills: int) -> None:
    people = [town.newcomer() for _ in range(PEOPLE)]
    asked: dict[int, list[str]] = {person.id: [] for person in people}
    town.model.otherwise = Answer(text=lambda question: question.last_text, first_s=0.3)
    for kill in range(kills):
        bot = await town.bot()
        for person in people:
            _ask(person, asked, f"{kill}.{person.id}")
        await _until_each_was_answered(town, people)
        await asyncio.sleep(random.uniform(0.0, 1.0))
        bot.kill()
        await bot.ended()
    await town.bot()
    for person in people:
        await _until_answered(town, person, asked[person.id])
    _check_answers(people, asked, kills)
    await command(town, "reconcile", "--json")
    dry = await command(town, "reconcile", "--dry-run", "--json")
    assert dry["orphans_deleted"] == 0
    assert not any(request.dead_ids for request in town.openai.requests)


def _ask(person: Person, asked: dict[int, list[str]], name: str) -> None:
    person.sends_photo(photo("red"), caption=f"question {name}a;")
    person.sends(f"question {name}b;")
    asked[person.id] += [f"{name}a;", f"{name}b;"]


async def _until_each_was_answered(town: Town, people: list[Person]) -> None:
    """So that no question is cut off again and again: after three times it is put aside."""
    before = {person.id: len(person.sees) for person in people}
    await town.until(lambda: all(len(person.sees) > before[person.id] for person in people))


async def _until_answered(town: Town, person: Person, names: list[str]) -> None:
    await town.until(lambda: all(any(name in text for text in person.sees) for name in names))


def _check_answers(people: list[Person], asked: dict[int, list[str]], kills: int) -> None:
    """In order, each at least once; at most one message more for each kill and conversation."""
    for person in people:
        order = [next(n for n in asked[person.id] if n in text) for text in person.sees]
        assert list(dict.fromkeys(order)) == asked[person.id]
    doubles = sum(len(person.sees) - len(asked[person.id]) for person in people)
    assert doubles <= kills, doubles
