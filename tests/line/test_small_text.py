"""Once a person: a photo of small text that Telegram made smaller is easier to read as a file."""

from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.line.photos import photo
from tests.line.test_groups import BOT, a_group
from tests.line.world import opened

HINT = "If you send it as a file, I can read it better."


@cache
def page(size: tuple[int, int] = (960, 1280)) -> bytes:
    picture, written = Image.new("RGB", size), BytesIO()
    line = Image.new("RGB", (size[0], 16), "white")
    text = "the quick brown fox jumps over the lazy dog 0123456789 " * 4
    ImageDraw.Draw(line).text((4, 0), text, "black")
    for top in range(0, size[1], 16):
        picture.paste(line, (0, top))
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


async def test_it_is_said_once_and_never_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada, boris = world.person(), world.person(1002)
        ada.sends_photo(page(), caption="Read it")
        answer, hint = await ada.hears(2)
        assert "Read it" in answer.text
        assert hint.text.endswith(HINT)
        ada.sends_photo(page(), caption="And this")
        await world.restart()
        ada.sends_photo(page(), caption="And that")
        said = await ada.hears(2)
        assert not any(HINT in one.text for one in said)
        boris.sends_photo(page(), caption="Read it")
        assert (await boris.hears(2))[1].text.endswith(HINT)


async def test_a_kill_before_it_was_said_costs_no_hint(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        process, ada = world.process, world.person()
        assert process is not None
        process.life.kill_at("store.finish", "before")
        ada.sends_photo(page(), caption="Read it")
        await process.bury()
        await world.start()
        assert (await ada.hears(2))[1].text.endswith(HINT)


async def test_in_a_group_it_is_said_once_to_whoever_asked_and_to_nobody_else(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ann, bob, group = a_group(world)
        bob.sends_photo(page(), to=group)  # nobody asked about it
        ann.sends_photo(page(), caption=f"{BOT} Read it", to=group)
        await world.until(lambda: len(group.chat.ephemerals) == 1)
        (hint,) = group.chat.ephemerals
        assert hint.text.endswith(HINT)
        assert hint.json["receiver_user"]["id"] == ann.id
        ann.sends_photo(page(), caption=f"{BOT} And this", to=group)
        await world.until(lambda: len(group.chat.from_bot) == 2)
        await world.rests()
        assert len(group.chat.ephemerals) == 1
        assert not any(HINT in one.text for one in group.chat.from_bot)


@pytest.mark.parametrize("language", ["ru", "de"])
async def test_it_is_said_in_the_persons_language(tmp_path: Path, language: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code=language)
        ada.sends_photo(page(), caption="?")
        _, hint = await ada.hears(2)
        assert hint.text
        assert HINT not in hint.text


async def test_each_photo_of_an_album_was_decoded_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of what an album of ten cost; one is looked at now."""
    looked: list[tuple[int, int]] = []

    def look(_band: object, size: tuple[int, int]) -> bool:
        looked.append(size)
        return False

    monkeypatch.setattr("snapthread.adapters.media.preparing._is_dense", look)
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album([page((950, 1280))] * 4, caption="Read them")
        await ada.hears(1)
    assert len(looked) == 1


async def test_no_other_picture_is_told_of(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo("blue", (960, 1280)), caption="No text")
        ada.sends_photo(page((600, 800)), caption="As it was")
        ada.sends_document(page(), file_name="page.jpg", mime_type="image/jpeg", caption="A file")
        said = await ada.hears(3)
        assert not any(HINT in one.text for one in said)
