"""`kill -9` again and again while people talk: nothing is lost, and nothing is left behind."""

import asyncio
import os
import random
from collections.abc import Callable

import pytest

from snapthread_sandbox.openai.scripted_model import Answer
from snapthread_sandbox.telegram.people import Person
from tests.line.photos import photo
from tests.process.town import Town

PEOPLE = 4
QUESTIONS = 3  # of each between two kills; the first shows a photo
THINKS_S = 0.3


def test_five_kills_under_load(town: Town) -> None:
    town.play(lambda: _killed(town, 5), limit_s=600)


@pytest.mark.soak
def test_two_hundred_kills_under_load(town: Town) -> None:
    town.play(lambda: _killed(town, int(os.environ.get("KILLS", "200"))), limit_s=6 * 3600)


def test_quick_kills_put_nobody_aside(town: Town) -> None:
    """Three kills of a crash loop made dead letters of whatever ran: five people at once."""
    town.play(lambda: _killed_quickly(town, 6), limit_s=600)


@pytest.mark.soak
def test_twenty_quick_kills_put_nobody_aside(town: Town) -> None:
    town.play(lambda: _killed_quickly(town, 20), limit_s=1800)


async def _killed_quickly(town: Town, kills: int) -> None:
    people = [town.newcomer() for _ in range(5)]
    asked: dict[int, list[str]] = {person.id: [] for person in people}
    town.model.otherwise = Answer(text=lambda question: question.last_text, first_s=4.0)
    for person in people:
        _ask(person, asked, f"#{person.id}")
    await town.end_bots()
    for _ in range(kills):
        bot = town.starts()
        await asyncio.sleep(random.uniform(0.2, 2.5))
        bot.kill()
        await bot.ended()
    town.model.otherwise = Answer(text=lambda question: question.last_text)
    await town.bot()
    for person in people:
        await _until_answered(town, person, asked[person.id])
    assert (await town.command("inbox", "--dead", "--json")) == {"dead_letters": []}


async def _killed(town: Town, kills: int) -> None:
    before = len(town.openai.requests)
    people = [town.newcomer() for _ in range(PEOPLE)]
    asked: dict[int, list[str]] = {person.id: [] for person in people}
    town.model.otherwise = Answer(text=lambda question: question.last_text, first_s=THINKS_S)
    for kill in range(kills):
        bot = await town.bot()
        for person in people:
            _ask(person, asked, f"#{kill}.{person.id}")
        await _until_each_was_answered(town, people)
        await _until_asked(town, lambda: all(_is_answered(p, asked[p.id]) for p in people))
        await asyncio.sleep(random.uniform(0.0, THINKS_S))
        bot.kill()
        await bot.ended()
    await town.bot()
    for person in people:
        await _until_answered(town, person, asked[person.id])
    _check_answers(people, asked, kills)
    await town.command("reconcile", "--json")
    dry = await town.command("reconcile", "--dry-run", "--json")
    assert dry["orphans_deleted"] == 0
    assert not any(request.dead_ids for request in town.openai.requests[before:])


def _ask(person: Person, asked: dict[int, list[str]], name: str) -> None:
    names = [f"{name}.{number};" for number in range(QUESTIONS)]
    person.sends_photo(photo("red"), caption=f"question {names[0]}")
    for text in names[1:]:
        person.sends(f"question {text}")
    asked[person.id] += names


async def _until_asked(town: Town, all_is_answered: Callable[[], bool]) -> None:
    """So that the kill cuts somebody's question off, unless this process was so late that none is
    left."""
    before = len(town.openai.requests)
    await town.until(lambda: len(town.openai.requests) > before or all_is_answered())


async def _until_each_was_answered(town: Town, people: list[Person]) -> None:
    """So that no question is cut off again and again: after three times it is put aside."""
    before = {person.id: len(person.sees) for person in people}
    await town.until(lambda: all(len(person.sees) > before[person.id] for person in people))


async def _until_answered(town: Town, person: Person, names: list[str]) -> None:
    await town.until(lambda: _is_answered(person, names))


def _is_answered(person: Person, names: list[str]) -> bool:
    return all(any(name in text for text in person.sees) for name in names)


def _check_answers(people: list[Person], asked: dict[int, list[str]], kills: int) -> None:
    """In order, each at least once; to each person at most one message more for each kill, and that
    may be the beginning of one that the kill came upon before it was written down."""
    for person in people:
        whole = [text for text in person.sees if ";" in text]  # the end of each name
        order = [next(n for n in asked[person.id] if n in text) for text in whole]
        begun = [text for text in person.sees if ";" not in text]
        assert all(text.startswith(("question", "[photo")) for text in begun), begun
        assert list(dict.fromkeys(order)) == asked[person.id]
        assert len(person.sees) <= len(asked[person.id]) + kills
