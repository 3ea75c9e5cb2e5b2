"""The bot with its store on a server: the bot dies, the server dies, the conversation goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from snapthread.store.redis.names import index_name
from snapthread.store.schema.conversations import HELD
from tests.line.photos import photo
from tests.process.bot import Bot
from tests.process.test_operating import not_ready
from tests.process.town import Town, hears
from tests.servers import Server, own_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with own_server(tmp_path) as server:
        yield server


async def on_server(town: Town, server: Server) -> Bot:
    """The town's one bot, with its store there."""
    await town.end_bots()
    bot = town.starts(STORE_URL=server.url)
    town.bots.append(bot)
    await bot.ready()
    return bot


async def settles(town: Town, server: Server) -> None:
    """Nothing is worked on: all that was sent is written down."""
    with server.client() as client:
        await town.until(lambda: not client.exists(index_name(HELD, ())))


async def dies(bot: Bot) -> None:
    bot.kill()
    await bot.ended()


def test_a_conversation_goes_on_after_the_bot_was_killed(town: Town, server: Server) -> None:
    async def story() -> None:
        await dies(await town.bot())
        bot = await on_server(town, server)
        ada = town.newcomer()
        ada.sends_photo(photo("red"))
        await hears(ada)
        (file,) = town.last_request.file_ids
        await settles(town, server)
        await dies(bot)
        ada.sends("Which colour has the photo?")
        bot = await on_server(town, server)
        (answer,) = await hears(ada)
        assert "Image 1 ([photo 1]): 320x240, red." in answer
        with server.client() as client:
            assert client.smembers(f"user_files:{ada.id}") == {file}
        ada.sends("/reset")
        await hears(ada)
        await town.until(lambda: file in town.openai.deleted)
        await dies(bot)

    town.play(story)


def test_a_question_waits_for_a_server_that_is_away(town: Town, server: Server) -> None:
    async def story() -> None:
        await dies(await town.bot())
        bot = await on_server(town, server)
        ada = town.newcomer()
        ada.sends("Good morning")
        await hears(ada)
        await settles(town, server)
        server.kill()
        ada.sends("Are you still there?")
        status, why = await not_ready(bot)
        assert (status, "store" in why) == (503, True)
        server.start()
        assert await hears(ada) == ["You said: Are you still there?"]
        await bot.ready()
        assert "turn.broke" not in bot.log
        await dies(bot)

    town.play(story)
