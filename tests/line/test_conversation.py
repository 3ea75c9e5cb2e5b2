"""A person talks to the bot, with text and images, and is answered."""

from pathlib import Path

from tests.line.photos import album, photo
from tests.line.world import opened


async def test_a_text_is_answered(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends("Hello")
        (answer,) = await ada.hears()
        assert answer.text == "You said: Hello"


async def test_the_first_generations_failure_image_answer_image_answer_image_and_the_first_again(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        for colour in ("red", "green", "blue"):
            ada.sends_photo(photo(colour))
            await ada.hears()
        ada.sends("What colour is the first photo?")
        await ada.hears()
        last = world.requests[-1]
        assert len(last.file_ids) == 3
        assert not last.dead_ids
        assert world.files == set(last.file_ids)


async def test_an_album_of_ten_is_one_question_with_ten_images(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(10), caption="Which is best?", caption_on=4)
        await ada.hears()
        (request,) = world.requests
        assert len(request.file_ids) == 10
        assert "Which is best?" in str(request.body)


async def test_reset_leaves_no_file_and_begins_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert said.text.startswith(
            "🔄 History and files are cleared. A new conversation has begun!"
        )
        await world.until(lambda: not world.files)
        ada.sends("What did I send?")
        await ada.hears()
        assert not world.requests[-1].file_ids
        assert len(world.requests[-1].body["input"]) == 1
