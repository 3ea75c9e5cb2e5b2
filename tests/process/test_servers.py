"""Other servers than OpenAI's, as docs/servers.md tells: a gateway, and llama.cpp for words."""

import asyncio
from pathlib import Path

from snapthread_sandbox.faults import hangs
from snapthread_sandbox.telegram.people import Person
from tests.doctor.clinic import names_both_halves
from tests.line.photos import photo
from tests.process.town import KEY, Town, heard, hears
from tests.real_servers import GATEWAY_KEY, litellm, llama_cpp


def test_the_whole_talk_goes_through_litellm(town: Town, tmp_path: Path) -> None:
    """The look at the start, photos one by one and as an album, a reply, `/reset`."""

    async def story() -> None:
        held = set(town.openai.files)
        gateway = litellm(tmp_path, f"http://127.0.0.1:{town.port}/v1", KEY)
        url = await asyncio.to_thread(gateway.__enter__)
        try:
            town.model.says(names_both_halves)
            more = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": GATEWAY_KEY, "OPENAI_SEES": "auto"}
            more["IMAGE_TRANSPORT"] = "auto"
            await town.end_bots()
            bot = town.starts(cold=False, **more)
            town.bots.append(bot)
            await bot.ready()
            ada = town.newcomer()
            shown = ada.sends_photo(photo("red"), caption="One")
            assert "red" in (await hears(ada))[0]
            ada.sends_album([photo("blue"), photo("green")])
            (both,) = await hears(ada)
            assert {"blue", "green"} <= set(both.replace(".", "").split())
            ada.sends("This one?", reply_to=shown)
            assert "You said: " in (await hears(ada))[0]
            assert len(town.last_request.file_ids) == 3
            assert town.last_request.dead_ids == ()
            await _survives(town, ada, more)
            bot = town.bots[-1]
            ada.sends("/reset")
            await heard(ada)
            await town.until(lambda: set(town.openai.files) == held)
            bot.terminate()
            assert await bot.ended() == 0
        finally:
            await asyncio.to_thread(gateway.__exit__, None, None, None)

    town.play(story)


async def _survives(town: Town, ada: Person, more: dict[str, str]) -> None:
    """A vanished picture, a restart, and a kill in the middle of an answer."""
    town.openai.vanish(town.last_request.file_ids[0])
    ada.sends("And now?")
    assert "red" in (await hears(ada))[0]
    town.bots[-1].terminate()
    assert await town.bots[-1].ended() == 0
    await _begins(town, more)
    ada.sends("Still there?")
    assert "red" in (await hears(ada))[0]
    slow = town.openai.faults.add(on="POST /responses", reply=hangs())
    ada.sends("Again?")
    await town.until(lambda: slow.used)
    town.bots[-1].kill()
    await town.bots[-1].ended()
    await _begins(town, more)
    assert "red" in (await hears(ada))[0]


async def _begins(town: Town, more: dict[str, str]) -> None:
    town.bots.append(town.starts(cold=False, **more | {"OPENAI_SEES": "yes"}))
    await town.bots[-1].ready()


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
