"""Where no model looks at pictures, photos get a sentence and cost nothing."""

from pathlib import Path

from tests.line.photos import photo
from tests.line.world import World, play


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
