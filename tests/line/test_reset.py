"""Law 2: /reset ends what came before it, clears the conversation and its files, and says so."""

from pathlib import Path

import pytest

from snapthread_sandbox.faults import rate_limited, server_error, slow
from tests.contracts.builders import user_files
from tests.line.photos import album, photo
from tests.line.world import opened

DONE = "🔄 History and files are cleared. A new conversation has begun!"


@pytest.mark.parametrize("command", ["/reset", "/new"])
async def test_reset_answers_with_the_known_sentence(tmp_path: Path, command: str) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends(command)
        (said,) = await ada.hears()
        assert said.text == DONE


async def test_reset_in_russian(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person(language_code="ru")
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert said.text == "🔄 История и файлы сброшены. Новая беседа начата!"


async def test_reset_says_how_many_files_are_still_being_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(3))
        await ada.hears()
        ada.sends("/reset")
        (said,) = await ada.hears()
        assert said.text == f"{DONE}\n3 files are still being deleted."
        await world.until(lambda: not world.files)


async def test_reset_jumps_the_queue_stops_the_turn_and_ends_what_waits(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.model.says("Never to be heard", first_s=50.0)
        ada.sends("A long question")
        ada.sends("One that waits")
        await world.until(lambda: len(world.requests) == 1)
        began = world.telegram.world.now()
        ada.sends("/reset")
        ada.sends("A fresh one")
        said, answer = await ada.hears(2)
        assert said.text == DONE
        assert world.telegram.world.now() - began < 3
        assert answer.text == "You said: A fresh one"
        assert len(world.requests[-1].body["input"]) == 1
        assert len(ada.sees) == 2
        assert world.openai.broken_off


async def test_an_upload_under_way_at_the_reset_is_deleted_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        world.openai.faults.add(on="POST /files", reply=slow(5.0))
        ada.sends_photo(photo())
        await world.until(lambda: world.openai.counts["POST /files"] == 1)
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: len(world.openai.deleted) == 1)
        assert not world.files


async def test_deletions_that_fail_are_tried_again_also_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_album(album(3))
        await ada.hears()
        world.openai.faults.add(on="DELETE /files/{id}", reply=server_error(), times=3)
        world.openai.faults.add(on="DELETE /files/{id}", reply=rate_limited(7), times=2)
        ada.sends("/reset")
        await ada.hears()
        await world.restart()
        await world.until(lambda: not world.files)


async def test_a_file_that_is_gone_already_is_no_trouble(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_photo(photo())
        await ada.hears()
        world.openai.vanish(next(iter(world.openai.files)))
        ada.sends("/reset")
        await ada.hears()
        assert world.process is not None
        store = world.process.store
        await world.until(lambda: world.openai.counts["DELETE /files/{id}"] == 1)
        ada.sends("Hello")
        await ada.hears()
        assert not await user_files(store, ada.id)
