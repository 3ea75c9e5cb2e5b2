"""A bot that is stopped or killed, and the next one on the same store."""

from io import BytesIO
from signal import SIGKILL

import pytest
from PIL import Image

from tests.line.photos import photo
from tests.process.town import Town, hears

# Of fragile/sitecustomize.py, which is not imported here: this process opens pictures too.
DEADLY_SIZE = (613, 17)

FOR_EVER_S = 1_000_000.0


def test_sigterm_lets_a_turn_end_and_the_next_bot_goes_on(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        ada.sends_photo(photo("red"))
        await hears(ada)
        town.model.says("The last words before the stop", first_s=2.0)
        asked_before = len(town.openai.requests)
        ada.sends("Are you still there?")
        await town.until(lambda: len(town.openai.requests) > asked_before)
        bot.terminate()
        assert await bot.ended() == 0
        assert await hears(ada) == ["The last words before the stop"]
        ada.sends("And which colour had my photo?")
        await town.bot()
        (answer,) = await hears(ada)
        assert "320x240, red" in answer
        assert len(town.last_request.body["input"]) == 5
        assert not town.last_request.dead_ids

    town.play(story)


@pytest.mark.soak
def test_sigterm_ends_a_turn_that_is_too_long_and_the_next_bot_asks_again(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        town.model.says("Never to be heard", first_s=FOR_EVER_S)
        asked_before = len(town.openai.requests)
        ada.sends("How long is a piece of string?")
        await town.until(lambda: len(town.openai.requests) > asked_before)
        bot.terminate()
        assert await bot.ended() == 0
        await town.bot()
        assert await hears(ada) == ["You said: How long is a piece of string?"]

    town.play(story)


def test_a_question_is_answered_after_a_kill(town: Town) -> None:
    async def story() -> None:
        bot = await town.bot()
        ada = town.newcomer()
        town.model.says("Never to be heard", first_s=FOR_EVER_S)
        asked_before = len(town.openai.requests)
        ada.sends_photo(photo("green"), caption="Do you see it?")
        await town.until(lambda: len(town.openai.requests) > asked_before)
        bot.kill()
        assert await bot.ended() == -SIGKILL
        await town.bot()
        (answer,) = await hears(ada)
        assert "Do you see it?" in answer
        first, second = town.openai.requests[asked_before:]
        assert first.file_ids == second.file_ids

    town.play(story)


def test_an_image_that_kills_the_decoder_kills_the_bot_once(town: Town) -> None:
    deadly = BytesIO()
    Image.new("RGB", DEADLY_SIZE).save(deadly, "PNG")

    async def story() -> None:
        bot = await town.bot()
        ada, eve = town.newcomer(), town.newcomer()
        eve.sends_document(deadly.getvalue(), caption="Open this, please")
        assert await bot.ended() == -SIGKILL
        ada.sends("Are you well?")
        bot = await town.bot()
        (sentence,) = await hears(eve)
        assert sentence.startswith("I could not open this image.")
        assert await hears(ada) == ["You said: Are you well?"]
        eve.sends("Sorry for that")
        assert await hears(eve) == ["You said: Sorry for that"]
        assert bot.is_running

    town.play(story)
