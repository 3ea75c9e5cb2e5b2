"""Other servers than OpenAI's, as docs/servers.md tells: a gateway, and llama.cpp for words."""

import asyncio
from pathlib import Path

from tests.doctor.clinic import names_both_halves
from tests.line.photos import photo
from tests.process.town import KEY, Town, hears
from tests.process.whole_talk import the_whole_talk
from tests.real_servers import GATEWAY_KEY, litellm, llama_cpp


def test_the_whole_talk_goes_through_litellm(town: Town, tmp_path: Path) -> None:
    """After the look at the start; what that found, the next starts know."""

    async def story() -> None:
        gateway = litellm(tmp_path, f"http://127.0.0.1:{town.port}/v1", KEY)
        url = await asyncio.to_thread(gateway.__enter__)
        more = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": GATEWAY_KEY, "IMAGE_TRANSPORT": "auto"}

        async def begin(sees: str = "yes") -> None:
            town.bots.append(town.starts(cold=False, **more, OPENAI_SEES=sees))
            await town.bots[-1].ready()

        try:
            await town.end_bots()
            town.model.says(names_both_halves)
            await begin("auto")
            await the_whole_talk(town, begin, kills=2)
            assert town.openai.counts["POST /files"] >= 13  # by file, as the look found
            town.bots[-1].terminate()
            assert await town.bots[-1].ended() == 0
        finally:
            await asyncio.to_thread(gateway.__exit__, None, None, None)

    town.play(story)


def test_llama_cpp_answers_words_and_photos_get_a_sentence(town: Town) -> None:
    async def story() -> None:
        with llama_cpp() as url:
            more = {"OPENAI_MODEL": "smollm2", "OPENAI_REASONING_EFFORT": "", "OPENAI_SEES": "no"}
            await town.end_bots()
            bot = town.starts(
                cold=False, OPENAI_BASE_URL=url, OPENAI_MAX_OUTPUT_TOKENS="64", **more
            )
            town.bots.append(bot)
            await bot.ready()
            ada = town.newcomer()
            ada.sends("Say hello in one short sentence.")
            (answer,) = await hears(ada)
            assert len(answer) > 3
            assert not answer.startswith("The assistant is")
            bot.kill()
            await bot.ended()
            bot = town.starts(
                cold=False, OPENAI_BASE_URL=url, OPENAI_MAX_OUTPUT_TOKENS="64", **more
            )
            town.bots.append(bot)
            await bot.ready()
            ada.sends("And once more, please.")
            assert len((await hears(ada))[0]) > 3
            ada.sends_photo(photo("red"))
            assert (await hears(ada))[0].startswith("I cannot look at pictures here.")
            bot.terminate()
            assert await bot.ended() == 0

    town.play(story)
