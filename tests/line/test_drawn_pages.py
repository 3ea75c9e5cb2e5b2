"""Scanned documents where the model's server takes no files: their pages, shown as pictures."""

from pathlib import Path
from typing import Any, Final

import pytest

from snapthread.adapters.media.documents import draw
from tests.line.test_documents import INLINE, TEXT_ONLY, parts_of, press
from tests.line.test_healing import GONE
from tests.line.test_inline import oldest, shown
from tests.line.world import opened
from tests.media import documents as made

SCAN: Final[dict[str, Any]] = {"file_name": "Scan.pdf", "mime_type": "application/pdf"}
LABEL: Final = "[document 1: Scan.pdf, 3 pages]"
drawn = pytest.mark.skipif(not draw.is_installed(), reason="no PDFium here: snapthread[pages]")


@drawn
async def test_its_pages_are_shown_under_one_label_and_leave_together(tmp_path: Path) -> None:
    async with opened(tmp_path, **TEXT_ONLY) as world:
        ada = world.person()
        sent = ada.sends_document(made.scanned(3), caption="What is it?", **SCAN)
        told, _ = await ada.hears(2)
        assert told.text.startswith("This document contains only pictures of its pages")
        label, *pages, words = parts_of(world.requests[-1].body["input"][0])
        assert (label["text"], words["text"]) == (LABEL, "What is it?")
        assert [part["type"] for part in pages] == ["input_image"] * 3
        ada.sends("And its last page?")
        await ada.hears()
        assert len(shown(world.requests[-1])) == 3
        ada.sends("/forget", reply_to=sent)
        await ada.hears()
        await world.until(lambda: not world.kept)
        ada.sends("And now?")
        await ada.hears()
        assert not shown(world.requests[-1])
        assert "[document 1: Scan.pdf, 3 pages, sent" in str(world.requests[-1].body)


@drawn
async def test_a_page_that_vanished_is_drawn_again_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path, **TEXT_ONLY) as world:
        ada = world.person()
        ada.sends_document(made.scanned(3), **SCAN)
        await ada.hears(2)
        before = shown(world.requests[-1])
        oldest(tmp_path).unlink()
        ada.sends("Once more?")
        await ada.hears()
        assert shown(world.requests[-1]) == before
        assert LABEL in str(world.requests[-1].body)
        oldest(tmp_path).unlink()
        world.telegram.faults.add(on="getFile", reply=GONE, times=9)
        ada.sends("And now?")
        await ada.hears()
        assert not shown(world.requests[-1])
        await world.until(lambda: not world.kept)


@drawn
async def test_of_more_pages_than_a_request_shows_a_button_says_which(tmp_path: Path) -> None:
    async with opened(tmp_path, **TEXT_ONLY, REQUEST_IMAGES_MAX="4") as world:
        ada = world.person()
        ada.sends_document(made.scanned(6), **SCAN)
        (told,) = await ada.hears()
        assert "6 pages" in told.text
        assert not world.requests
        press(ada, told, "Pages 5–6")
        await ada.hears(2)
        assert len(shown(world.requests[-1])) == 2
        before = shown(world.requests[-1])
        oldest(tmp_path).unlink()
        ada.sends("Once more?")
        await ada.hears()
        assert shown(world.requests[-1]) == before


@drawn
async def test_what_pages_take_is_known_before_they_are_kept(tmp_path: Path) -> None:
    async with opened(tmp_path, **TEXT_ONLY, CONTEXT_MAX_TOKENS="10000") as world:
        ada = world.person()
        ada.sends_document(made.scanned(4), **SCAN)
        (told,) = await ada.hears()
        assert "4 pages" in told.text
        assert not world.kept


@drawn
async def test_a_kill_while_pages_are_kept_leaves_each_once(tmp_path: Path) -> None:
    async with opened(tmp_path, **TEXT_ONLY) as world:
        ada = world.person()
        process = world.process
        assert process is not None
        process.life.kill_at("files.upload", "reply lost", nth=2)
        ada.sends_document(made.scanned(3), **SCAN)
        await process.bury()
        await world.start()
        await ada.hears(2)
        assert len(shown(world.requests[-1])) == 3
        await world.until(lambda: len(world.kept) == 3)


@pytest.mark.parametrize("sees", ["yes", "no"])
async def test_a_model_without_eyes_or_a_bot_without_pdfium_has_the_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sees: str
) -> None:
    if sees == "yes":
        monkeypatch.setattr(draw, "is_installed", lambda: False)
    async with opened(tmp_path, **TEXT_ONLY | {"OPENAI_SEES": sees}) as world:
        ada = world.person()
        ada.sends_document(made.scanned(), **SCAN)
        (said,) = await ada.hears()
        assert said.text.startswith("The document contains only pictures of its pages, and here")


async def test_openai_itself_draws_the_pages_of_a_document_within_the_request(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **INLINE) as world:
        ada = world.person()
        ada.sends_document(made.scanned(3), **SCAN)
        await ada.hears(2)
        assert not shown(world.requests[-1])
        assert "input_file" in str(world.requests[-1].body)
