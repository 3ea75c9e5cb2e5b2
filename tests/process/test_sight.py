"""At the start a server that is not OpenAI's is shown a picture; one that drops it is refused."""

from snapthread_sandbox.faults import hangs, openai_error, server_error
from tests.doctor.clinic import names_both_halves
from tests.process.bot import Bot
from tests.process.test_starting import sentences
from tests.process.town import Town


def looking(town: Town) -> Bot:
    """The bot; its log is looked through at the end as well."""
    town.bots.append(town.starts(OPENAI_SEES="auto", IMAGE_TRANSPORT="auto"))
    return town.bots[-1]


def test_a_server_that_drops_pictures_in_silence_is_refused_in_a_sentence(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()  # whose questions would take the look's answers
        held, asked_before = set(town.openai.files), len(town.openai.requests)
        for _ in range(2):  # shown as a file, and within the request
            town.model.says("The picture shows a lovely cat.")
        bot = town.starts(OPENAI_SEES="auto", IMAGE_TRANSPORT="auto")
        assert await bot.ended() == 1
        (sentence,) = sentences(bot.log)
        assert "drops pictures in silence" in sentence
        assert "OPENAI_SEES=no" in sentence
        assert set(town.openai.files) == held
        assert len(town.openai.requests) == asked_before + 2

    town.play(story)


def test_a_server_without_files_is_refused_in_a_sentence(town: Town) -> None:
    async def story() -> None:
        away = openai_error(404, "Not Found")
        rule = town.openai.faults.add(on="POST /files", reply=away, times=None)
        bot = town.starts(OPENAI_SEES="auto", IMAGE_TRANSPORT="files")
        assert await bot.ended() == 1
        rule.end()
        (sentence,) = sentences(bot.log)
        assert "takes no files" in sentence

    town.play(story)


def test_a_server_that_sees_is_believed_and_nothing_is_left_there(town: Town) -> None:
    async def story() -> None:
        held, asked = set(town.openai.files), len(town.openai.requests)
        town.model.says(names_both_halves)
        bot = looking(town)
        await bot.ready()
        bot.terminate()
        assert await bot.ended() == 0
        assert len(town.openai.requests) == asked + 1
        assert set(town.openai.files) == held
        assert any(event["event"] == "sight.checked" for event in bot.events)

    town.play(story)


def test_one_that_answers_something_else_is_not_called_blind(town: Town) -> None:
    async def story() -> None:
        town.model.says("Hello! How can I help?")
        bot = looking(town)
        await bot.ready()
        bot.terminate()
        assert await bot.ended() == 0
        (event,) = [event for event in bot.events if event["event"] == "sight.unknown"]
        assert "something else" in event["why"]

    town.play(story)


def test_one_that_cannot_be_asked_just_now_keeps_no_bot_from_starting(town: Town) -> None:
    async def story() -> None:
        town.openai.faults.add(on="POST /responses", reply=server_error(503))
        bot = looking(town)
        await bot.ready()
        bot.terminate()
        assert await bot.ended() == 0
        (event,) = [event for event in bot.events if event["event"] == "sight.unknown"]
        assert event["status"] == 503

    town.play(story)


def test_a_bot_that_is_stopped_while_it_looks_stops_and_deletes_its_picture(town: Town) -> None:
    async def story() -> None:
        held = set(town.openai.files)
        hanging = town.openai.faults.add(on="POST /responses", reply=hangs())
        bot = looking(town)
        await town.until(lambda: hanging.used)
        bot.terminate()
        assert await bot.ended() == 0
        assert set(town.openai.files) == held

    town.play(story)


def test_whose_sight_is_believed_is_still_looked_at_for_the_way(town: Town) -> None:
    async def story() -> None:
        await town.end_bots()
        town.openai.has_files = False
        try:
            town.model.says("What a lovely cat!")
            bot = town.starts(OPENAI_SEES="yes", IMAGE_TRANSPORT="auto")
            town.bots.append(bot)
            await bot.ready()
            bot.terminate()
            assert await bot.ended() == 0
            (event,) = [event for event in bot.events if event["event"] == "sight.believed"]
            assert event["transport"] == "inline"
        finally:
            town.openai.has_files = True

    town.play(story)
