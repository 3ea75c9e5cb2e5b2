"""`kill -9` at any outside effect: nothing lost, nothing left behind, at most one message twice."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.builders import user_files
from tests.line.mortal import Moment
from tests.line.photos import album, photo
from tests.line.world import World, opened
from tests.media import documents as made

EFFECTS = (
    "chat.updates",
    "store.accept_and_claim",
    "store.claim",
    "chat.draft",
    "chat.download",
    "store.intend",
    "files.upload",
    "store.record_upload",
    "store.take_stragglers",
    "store.compose",
    "assistant.ask",
    "store.finish",
    "chat.send",
    "store.conclude",
)
EFFECTS_OF_DOCUMENTS = (
    "documents.read",
    "store.reserve",  # the second: of what was read
    "store.intend",
    "files.upload",
    "store.record_upload",
    "assistant.ask",
)
EFFECTS_OF_VOICE = (
    "store.claim",
    "files.upload",
    "transcriber.transcribe",
    "store.take_stragglers",
    "store.finish",
)
MOMENTS: tuple[Moment, ...] = ("before", "reply lost", "after")
LOOKED_FOR_AFTER_S = 400.0


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("effect", EFFECTS)
async def test_a_question_survives_a_kill(tmp_path: Path, effect: str, moment: Moment) -> None:
    async with opened(tmp_path, STREAMING="draft") as world:
        ada = world.person()
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.sends_album(album(2), caption="Which?")
        await process.bury()
        await world.start()
        ada.sends("And now?")
        await world.until(lambda: any("And now?" in text for text in ada.sees))
        assert 2 <= len(ada.sees) <= 3
        assert sum("Which?" in text for text in ada.sees[:-1]) == len(ada.sees) - 1
        assert not any(request.dead_ids for request in world.requests)
        await _left_is(world, set(world.requests[-1].file_ids))


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_question_of_words_survives_a_kill_while_room_is_reserved_for_it(
    tmp_path: Path, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        process = world.process
        assert process is not None
        process.life.kill_at("store.reserve_and_compose", moment)
        ada.sends("Which?")
        await process.bury()
        await world.start()
        await world.until(lambda: ada.sees == ["You said: Which?"])
        assert 1 <= len(world.requests) <= 2


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("effect", EFFECTS_OF_DOCUMENTS)
async def test_a_document_with_a_photo_survives_a_kill(
    tmp_path: Path, effect: str, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment, nth=2 if effect == "store.reserve" else 1)
        album_id = ada.new_album()
        ada.sends_document(
            made.pdf(3),
            mime_type="application/pdf",
            album=album_id,
            caption="Which?",
            file_name="a.pdf",
        )
        ada.sends_photo(photo(), album=album_id)
        await process.bury()
        await world.start()
        ada.sends("And now?")
        await world.until(lambda: any("And now?" in text for text in ada.sees))
        answers = [text for text in ada.sees if "Which?" in text]
        assert 1 <= len(answers) <= 2
        assert all("3 pages" in text and "320x240" in text for text in answers)
        assert not any(request.dead_ids for request in world.requests)
        await _left_is(world, set(world.requests[-1].file_ids))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "effect",
    ["store.accept_and_claim", "store.reset", "files.delete", "store.delete_file", "chat.send"],
)
async def test_a_reset_survives_a_kill(tmp_path: Path, effect: str, moment: Moment) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(2))
        await ada.hears()
        process = world.process
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.sends("/reset")
        await process.bury()
        await world.start()
        ada.sends("Fresh")
        await world.until(lambda: any("Fresh" in text for text in ada.sees))
        assert 1 <= sum(text.startswith("🔄") for text in ada.sees) <= 2
        assert len(world.requests[-1].body["input"]) == 1
        await _left_is(world, set())


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("effect", ["store.was_said", "store.erase", "chat.edit"])
async def test_a_confirmed_erasure_survives_a_kill(
    tmp_path: Path, effect: str, moment: Moment
) -> None:
    """A kill after the press was marked, and before the erasure, asked again and kept it all."""
    async with opened(tmp_path) as world:
        ada, process = world.person(), world.process
        ada.sends_album(album(2), caption="My secret")
        await ada.hears()
        ada.sends("/delete_me")
        (asked,) = await ada.hears()
        assert process is not None
        process.life.kill_at(effect, moment)
        ada.presses(asked.buttons[0])
        await process.bury()
        await world.start()
        await world.until(lambda: asked.text.startswith("Everything I stored about you"))
        await world.until(lambda: not world.files)
        assert len(ada.sees) == 2


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("effect", EFFECTS_OF_VOICE)
async def test_a_photo_and_what_is_said_about_it_survive_a_kill(
    tmp_path: Path, effect: str, moment: Moment
) -> None:
    async with opened(tmp_path) as world:
        process, ada = world.process, world.person()
        assert process is not None
        world.openai.transcriptions.otherwise = lambda *_: "What is it?"
        process.life.kill_at(effect, moment)
        ada.sends_photo(photo("blue"))
        ada.sends_voice(b"ID3" + bytes(8_000))
        await process.bury()
        await world.start()
        await world.until(lambda: any("What is it?\nImage 1" in text for text in ada.sees))
        await _left_is(world, set(world.requests[-1].file_ids))
        assert len(world.requests[-1].file_ids) == 1


async def _left_is(world: World, files: set[str]) -> None:
    """After what housekeeping needs, OpenAI holds exactly these."""
    assert world.process is not None
    store = world.process.store
    async with asyncio.timeout(LOOKED_FOR_AFTER_S):
        while world.files != files or await user_files(store, 1001) != files:
            await asyncio.sleep(5)
