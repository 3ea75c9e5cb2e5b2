"""A model that looks at no pictures: photos are answered at once and cost nothing."""

import asyncio
from pathlib import Path

from snapthread_sandbox.faults import slow
from tests.line.photos import photo
from tests.line.world import World, opened, play


def test_photos_get_a_sentence_and_cost_nothing(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person()
        shown = ada.sends_photo(photo("red"), caption="What is this?")
        (heard,) = await ada.hears()
        assert heard.text == "I cannot look at pictures here. Please write to me in words."
        ada.sends("And this one?", reply_to=shown)
        (heard,) = await ada.hears()
        assert heard.text.startswith("I cannot look at pictures here.")
        assert world.requests == []
        assert world.openai.counts["POST /files"] == 0
        assert not [call for call in world.telegram.calls if call.method == "getFile"]

    play(story, tmp_path, OPENAI_SEES="no")


def test_words_are_answered_all_the_same(tmp_path: Path) -> None:
    async def story(world: World) -> None:
        ada = world.person(language_code="ru")
        ada.sends("Hello")
        (heard,) = await ada.hears()
        assert heard.text == "You said: Hello"
        ada.sends_album([photo("red"), photo("blue")])
        (heard,) = await ada.hears()
        assert heard.text.startswith("Здесь я не могу смотреть изображения")
        assert len(world.requests) == 1

    play(story, tmp_path, OPENAI_SEES="no")


async def test_photos_of_before_become_lines_of_text_and_the_talk_goes_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        assert world.process is not None
        ada = world.person()
        ada.sends_photo(photo("red"), caption="What is this?")
        await ada.hears()
        await world.process.stop()
        world.settings = world.settings.model_copy(update={"openai_sees": "no"})
        await world.start()
        ada.sends("What was it?")
        (answer,) = await ada.hears()
        assert answer.text == "You said: What was it?"
        assert world.requests[-1].file_ids == ()
        assert "[photo 1, sent 12 Nov 14:00 UTC: no longer in view" in str(world.requests[-1].body)


async def test_a_photo_that_comes_while_a_voice_is_written_down_has_the_sentence_too(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, OPENAI_SEES="no") as world:
        ada = world.person()
        world.openai.faults.add(on="POST /audio/transcriptions", reply=slow(4.0))
        ada.sends_voice(b"ID3" + bytes(19_997))
        await asyncio.sleep(3.0)
        ada.sends_photo(photo("blue"))
        said = [each.text for each in await ada.hears(3)]
        assert "I cannot look at pictures here. Please write to me in words." in said
        assert world.openai.counts["POST /files"] == 0
        assert len(world.requests) == 1
