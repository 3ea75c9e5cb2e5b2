"""Forty users with five questions each, at once, against a model that takes a second.

    .venv/bin/python bench/crowd.py

A real bot process over HTTP. Prints the wall time as a ratio to five questions of one user, of the
same run, and the memory of the bot: idle, and at its peak.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.line.photos import photo
from tests.process.town import Town, hears

from snapthread_sandbox.openai.scripted_model import Answer

USERS = 40
QUESTIONS = 5


async def crowd(town: Town) -> None:
    bot = await town.bot()
    town.model.otherwise = Answer(text=lambda question: question.last_text, first_s=1.0)
    alone = await _asked(town, 1)
    together = await _asked(town, USERS)
    print(f"{USERS} users, {USERS * QUESTIONS} answers in order: {together / alone:.2f} times one")
    print(f"memory of the bot: {bot.peak_mb():.0f} MB at its peak")


async def _asked(town: Town, users: int) -> float:
    people = [town.newcomer() for _ in range(users)]
    began = time.perf_counter()
    for number in range(QUESTIONS):
        for person in people:
            person.sends(f"question {number}")
    answers = await asyncio.gather(*(hears(person, QUESTIONS) for person in people))
    assert all(texts == [f"question {n}" for n in range(QUESTIONS)] for texts in answers)
    return time.perf_counter() - began


async def memory(town: Town) -> None:
    """Twenty users with five photos of twelve megapixels each, at once."""
    bot = await town.bot()
    print(f"memory of the bot, idle: {bot.resident_mb():.0f} MB")
    large = photo("red", (4032, 3024))
    people = [town.newcomer() for _ in range(20)]
    for person in people:
        name = person.new_album()
        for _ in range(5):
            person.sends_document(large, mime_type="image/jpeg", album=name)
    await asyncio.gather(*(hears(person) for person in people))
    print(f"memory of the bot, 100 photos of 12 megapixels: {bot.peak_mb():.0f} MB at its peak")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        for story in (memory, crowd):
            place = Path(folder) / story.__name__
            place.mkdir()
            town = Town(place, runner)
            runner.run(town.open())
            try:
                runner.run(story(town))
            finally:
                runner.run(town.close())


if __name__ == "__main__":
    main()
