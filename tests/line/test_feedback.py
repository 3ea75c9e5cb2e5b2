"""👍 and 👎 on an answer are counted by day and model, and nothing else is done with them."""

from pathlib import Path

from snapthread.model.usage import DailyFeedback
from tests.line.world import World, opened

WORDS = " ".join(f"word{number}" for number in range(2000))


async def feedback(world: World) -> tuple[DailyFeedback, ...]:
    assert world.process is not None
    await world.until(lambda: not world.telegram.world.updates.waiting)
    await world.rests()
    return await world.process.store.feedback("2026-11-12")


async def test_a_thumb_on_an_answer_is_counted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(), world.person(1002)
        for person in (ada, boris):
            person.sends("Hello")
        (answer,), (other,) = await ada.hears(), await boris.hears()
        await world.rests()
        ada.reacts(answer, "👍")
        boris.reacts(other, "👎")
        await feedback(world)
        boris.reacts(other, "👎", "🔥")
        (told,) = await feedback(world)
        assert (told.model, told.good, told.bad) == ("gpt-6-luna", 1, 1)
        ada.reacts(answer, "🔥")
        (told,) = await feedback(world)
        assert (told.good, told.bad) == (0, 1)
        assert len(world.requests) == 2


async def test_every_message_of_a_long_answer_counts_and_no_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says(WORDS)
        question = ada.sends("Tell me")
        await ada.hears()
        await feedback(world)
        first, *_, last = ada.chat.from_bot
        ada.sends("/help")
        await world.until(lambda: "/help" in ada.chat.from_bot[-1].text)
        await world.rests()
        for message in (first, last, question, ada.chat.from_bot[-1]):
            ada.reacts(message, "👍")
        (told,) = await feedback(world)
        assert told.good == 2
