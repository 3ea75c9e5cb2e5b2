"""Documents: read before they go up, asked about like photos, and kept by the same laws."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from snapthread.limits import MEGABYTE
from snapthread_sandbox.faults import openai_error
from snapthread_sandbox.telegram.people import Person
from tests import virtual
from tests.contracts.builders import user_files
from tests.line.photos import photo
from tests.line.test_healing import GONE
from tests.line.test_limits import downloads, records, spent
from tests.line.world import World, opened
from tests.media import documents as made

PDF: dict[str, Any] = {"file_name": "Report.pdf", "mime_type": "application/pdf"}


def uploads(world: World) -> int:
    return world.openai.counts["POST /files"]


def labels(world: World) -> list[str]:
    """Labels that the last request gives its files."""
    parts = [part for item in world.requests[-1].body["input"] for part in parts_of(item)]
    return [part["text"] for part in parts if part.get("text", "").startswith(("[doc", "[photo"))]


def parts_of(item: dict[str, Any]) -> list[dict[str, Any]]:
    return item["content"] if isinstance(item["content"], list) else []


def files_named(world: World) -> list[dict[str, Any]]:
    items = world.requests[-1].body["input"]
    return [part for item in items for part in parts_of(item) if part["type"] == "input_file"]


# ---------------------------------------------------------------- asked about


async def test_a_pdf_is_asked_about_under_its_label(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.pdf(14), **PDF, caption="What is it about?")
        (answer,) = await ada.hears()
        assert "14 pages" in answer.text
        assert labels(world) == ["[document 1: Report.pdf, 14 pages]"]
        (file,) = files_named(world)
        assert file["detail"] == "low"
        (stored,) = world.openai.files.values()
        assert (stored.purpose, stored.content) == ("user_data", made.pdf(14))
        assert stored.name.endswith(".pdf")
        assert "Report" not in stored.name


@pytest.mark.parametrize(
    ("content", "file_name", "suffix"),
    [
        (made.docx("Dear Ada"), "Letter.docx", ".docx"),
        (made.pptx("One", "Two"), "Talk.pptx", ".pptx"),
        (made.xlsx(), "Sums.xlsx", ".xlsx"),
        (b"print('hello')\n", "main.py", ".py"),
        (b"a;b\n1;2\n", "table.csv", ".csv"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.xml", ".xml"),
    ],
)
async def test_other_documents_are_asked_about(
    tmp_path: Path, content: bytes, file_name: str, suffix: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(content, file_name=file_name, mime_type="application/x-any")
        await ada.hears()
        (stored,) = world.openai.files.values()
        assert stored.name.endswith(suffix)
        assert "detail" not in files_named(world)[0]


async def test_what_a_file_is_its_bytes_say(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(photo("blue"), file_name="scan.pdf", mime_type="application/pdf")
        (answer,) = await ada.hears()
        assert "320x240, blue" in answer.text
        ada.sends_document(made.pdf(2), file_name="a.png", mime_type="image/png")
        await ada.hears()
        assert labels(world)[-1] == "[document 2: document.pdf, 2 pages]"


async def test_a_document_and_photos_in_one_album_are_one_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        album = ada.new_album()
        ada.sends_document(made.pdf(3), **PDF, album=album, caption="Do they match?")
        for colour in ("red", "blue"):
            ada.sends_photo(photo(colour), album=album)
        (answer,) = await ada.hears()
        assert "Do they match?" in answer.text
        assert labels(world) == [
            "[document 1: Report.pdf, 3 pages]",
            "[photo 2]",
            "[photo 3]",
        ]
        assert len(world.requests[0].file_ids) == 3


async def test_one_of_fourteen_pages_is_asked_about_three_times_and_healed_behind_our_back(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.pdf(14), **PDF, caption="One")
        await ada.hears()
        ada.sends("Two")
        await ada.hears()
        (first,) = world.files
        world.openai.vanish(first)
        ada.sends("Three")
        (answer,) = await ada.hears()
        assert "14 pages" in answer.text
        (second,) = world.files
        assert second != first
        assert labels(world) == ["[document 1: Report.pdf, 14 pages]"]
        assert sum(bool(request.dead_ids) for request in world.requests) == 1
        assert uploads(world) == 2


async def test_one_that_telegram_has_lost_too_becomes_a_line_of_text(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.pdf(14), **PDF)
        await ada.hears()
        world.telegram.faults.add(on="getFile", reply=GONE, times=None)
        world.openai.vanish(min(world.files))
        ada.sends("And now?")
        answer, told = await ada.hears(2)
        assert "And now?" in answer.text
        assert told.text.startswith("Document 1 has left our conversation")
        assert labels(world)[0].startswith("[document 1: Report.pdf, 14 pages, sent 12 Nov")


async def test_one_that_telegram_does_not_give_just_now_is_said_to_be_missing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        sent = ada.sends_document(made.pdf(14), **PDF)
        await ada.hears()
        world.telegram.forget_file(sent.json["document"]["file_id"])
        world.openai.vanish(min(world.files))
        ada.sends("And now?")
        _, told = await ada.hears(2)
        assert told.text.startswith("Document 1 is missing from this answer")


async def test_a_reply_brings_a_document_back(tmp_path: Path) -> None:
    async with opened(tmp_path, FILE_RETENTION_DAYS="1") as world:
        ada = world.person()
        sent = ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        await world.sleeps(2 * 86_400)
        assert not world.files
        ada.sends("What was in it?", reply_to=sent)
        await ada.hears()
        assert labels(world)[-1] == "[document 2: Report.pdf, 2 pages]"
        assert "[in reply to document 2]" in str(world.requests[-1].body)


async def test_a_reply_to_one_that_is_there_names_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        sent = ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        ada.sends("What does it say?", reply_to=sent)
        await ada.hears()
        assert "[in reply to document 1]" in str(world.requests[-1].body)
        assert uploads(world) == 1


async def test_a_document_is_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        sent = ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        ada.sends("/forget", reply_to=sent)
        (told,) = await ada.hears()
        assert told.text == "Document 1 is forgotten."
        await world.until(lambda: not world.files)


async def test_reset_and_delete_me_take_documents_with_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        ada.sends("/reset")
        await ada.hears()
        await world.until(lambda: not world.files)
        ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        assert world.process is not None
        await world.process.maintenance.eraser.erase(1001)
        await world.until(lambda: not world.files)


async def test_reconcile_finds_documents_that_nobody_knows_and_brings_back_the_missing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.pdf(2), **PDF)
        ada.sends_photo(photo())
        await ada.hears(2)
        await world.rests()
        process = world.process
        assert process is not None
        mark = process.maintenance.file_service.names.mark
        await process.bot.file_service.uploader.files.upload(
            f"{mark}ffff.pdf", made.pdf(1), "application/pdf", life_s=86_400
        )
        document = next(id for id, file in world.openai.files.items() if ".pdf" in file.name)
        world.openai.vanish(document)
        await world.sleeps(3600)
        done = await process.maintenance.reconcile.run()
        assert (done.orphans_deleted, done.missing_restored) == (1, 1)
        assert world.files == await user_files(process.store, 1001)


async def test_the_window_counts_documents(tmp_path: Path) -> None:
    async with opened(tmp_path, IMAGE_WINDOW="2") as world:
        ada = world.person()
        for number in range(3):
            ada.sends_document(made.pdf(1), file_name=f"{number}.pdf", mime_type="application/pdf")
            await ada.hears()
        assert len(files_named(world)) == 1
        await world.until(lambda: len(world.files) == 1)


async def test_the_storage_quota_counts_documents(tmp_path: Path) -> None:
    size_mb = len(made.pdf(30)) / MEGABYTE
    async with opened(tmp_path, USER_STORAGE_MB=f"{1.5 * size_mb}") as world:
        ada = world.person()
        for _ in range(2):
            ada.sends_document(made.pdf(30), **PDF)
        await ada.hears(3)
        await world.until(lambda: len(world.files) == 1)


# ---------------------------------------------------------------- what cannot be used


def sends_too_many_pages(ada: Person) -> None:
    ada.sends_document(made.pdf(300), **PDF, caption="Sum it up")


def sends_one_with_a_password(ada: Person) -> None:
    ada.sends_document(made.locked(made.pdf(2), "open sesame"), **PDF)


def sends_nothing(ada: Person) -> None:
    ada.sends_document(b"", **PDF)


def sends_half_a_pdf(ada: Person) -> None:
    ada.sends_document(made.pdf(2)[:200], **PDF)


def sends_a_program(ada: Person) -> None:
    ada.sends_document(b"\x7fELF\x02", file_name="tool", mime_type="application/x-elf")


def sends_a_long_text(ada: Person) -> None:
    ada.sends_document(b"word " * 60_000, file_name="book.txt", mime_type="text/plain")


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (
            sends_too_many_pages,
            "The document has 300 pages, and I can read 50 at once. Which pages",
        ),
        (sends_one_with_a_password, "The document is protected by a password."),
        (sends_nothing, "The document is empty."),
        (sends_half_a_pdf, "The document is damaged or incomplete."),
        (sends_a_program, "I can't read this kind of file."),
        (sends_a_long_text, "The document is longer than I can read at once."),
    ],
)
async def test_what_cannot_be_read_is_told_before_it_goes_up(
    tmp_path: Path, act: Any, told: str
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        act(ada)
        (said,) = await ada.hears()
        assert said.text.startswith(told)
        assert (uploads(world), len(world.requests)) == (0, 0)
        await world.rests()
        (record,) = await records(world)
        assert (record.outcome, record.cost_micros) == ("refused", 0)


@pytest.mark.parametrize("file_size", ["true", None, 100])
async def test_too_many_bytes_are_refused_whatever_the_size_claims(
    tmp_path: Path, file_size: Any
) -> None:
    async with opened(tmp_path, MAX_DOCUMENT_MB="1") as world:
        ada = world.person()
        ada.sends_document(b"word " * 300_000, **PDF, file_size=file_size)
        (said,) = await ada.hears()
        assert said.text.startswith("The document is larger than 1 MB.")
        assert downloads(world) == (file_size != "true")
        assert uploads(world) == 0


async def test_pages_of_pictures_are_looked_at_and_it_is_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        ada.sends_document(made.scanned(4), **PDF, caption="Read it")
        told, answer = await ada.hears(2)
        assert told.text.startswith("This document contains only pictures of its pages")
        assert "4 pages" in answer.text
        assert files_named(world)[0]["detail"] == "high"


async def test_one_that_openai_does_not_take_has_a_sentence_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        refused = openai_error(400, "The file is not a valid PDF.", code=None)
        world.openai.faults.add(on="POST /responses", reply=refused, times=9)
        ada.sends_document(made.pdf(2), **PDF)
        (said,) = await ada.hears()
        assert said.text == "The assistant did not take this file. Please try another one."
        await world.until(lambda: not world.files)


# ---------------------------------------------------------------- detail, limits and cost


@pytest.mark.parametrize(
    ("detail", "pages", "shown"),
    [("auto", 3, "high"), ("auto", 40, "low"), ("high", 20, "high"), ("low", 1, "low")],
)
async def test_the_detail_of_pages_is_the_finest_that_leaves_room(
    tmp_path: Path, detail: str, pages: int, shown: str
) -> None:
    async with opened(tmp_path, DOCUMENT_DETAIL=detail) as world:
        ada = world.person()
        ada.sends_document(made.pdf(pages), **PDF)
        await ada.hears()
        assert files_named(world)[0]["detail"] == shown


async def test_documents_are_counted_and_limited_by_the_day(tmp_path: Path) -> None:
    async with opened(tmp_path, USER_DAILY_DOCUMENTS="1") as world:
        ada = world.person()
        ada.sends_document(made.pdf(2), **PDF)
        await ada.hears()
        before = downloads(world)
        ada.sends_document(made.pdf(2), **PDF)
        (refused,) = await ada.hears()
        assert refused.text == (
            "That is more than today's limit allows: 1 document a day, 1 used so far, 1 in this"
            " message. The limit resets at 00:00 UTC on 2026-11-13."
        )
        assert downloads(world) == before
        assert (await spent(world)).day.documents == 1
        ada.sends("/usage")
        (told,) = await ada.hears()
        assert "1 message, 0 images, 1 document, $" in told.text
        assert "0 documents today" in told.text


async def test_a_limit_of_money_is_asked_once_it_was_read_and_before_it_goes_up(
    tmp_path: Path,
) -> None:
    # A question with the longest answer is 25,000; fourteen pages are some 6,700 more.
    bounds = {"USER_DAILY_COST_USD": "0.030", "DOCUMENT_DETAIL": "low"}
    async with opened(tmp_path, **bounds) as world:
        ada = world.person()
        ada.sends_document(made.pdf(1), **PDF, caption="Short")
        await ada.hears()
        ada.sends_document(made.pdf(14), **PDF, caption="Long")
        (refused,) = await ada.hears()
        assert "could cost more than you have left today" in refused.text
        assert (len(world.requests), uploads(world)) == (1, 1)
        await world.rests()
        outcomes = sorted(record.outcome for record in await records(world))
        assert outcomes == ["answered", "refused"]
        assert (await spent(world)).day.documents == 1


# ---------------------------------------------------------------- which pages


async def offered(world: World, ada: Person, pages: int = 300) -> Any:
    """The message whose buttons ask which pages."""
    ada.sends_document(made.pdf(pages), **PDF, caption="Sum it up")
    (told,) = await ada.hears()
    return told


def press(ada: Person, told: Any, text: str) -> None:
    rows = told.json["reply_markup"]["inline_keyboard"]
    ada.presses(next(one for row in rows for one in row if one["text"] == text), on=told)


async def test_of_too_many_pages_a_button_says_which(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        told = await offered(world, ada)
        rows = told.json["reply_markup"]["inline_keyboard"]
        assert [button["text"] for row in rows for button in row] == [
            "Pages 1–50",
            "Pages 51–100",
            "Pages 101–150",
            "Pages 151–200",
            "Pages 201–250",
            "Pages 251–300",
        ]
        press(ada, told, "Pages 51–100")
        (answer,) = await ada.hears()
        assert "Sum it up" in answer.text
        assert "50 pages" in answer.text
        assert labels(world) == ["[document 1: Report.pdf, pages 51–100 of 300]"]
        assert told.text == "Reading pages 51–100."
        assert "reply_markup" not in told.json
        await world.rests()
        assert (await spent(world)).day.messages == 1
        assert (await spent(world)).day.documents == 1


async def test_the_chosen_pages_are_the_ones_that_are_restored(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        press(ada, await offered(world, ada, 60), "Pages 51–60")
        await ada.hears()
        (cut,) = world.openai.files.values()
        world.openai.vanish(min(world.files))
        ada.sends("Again?")
        await ada.hears()
        (again,) = world.openai.files.values()
        assert len(made_pages(again.content)) == len(made_pages(cut.content)) == 10
        assert labels(world) == ["[document 1: Report.pdf, pages 51–60 of 60]"]


def made_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


async def test_an_album_waits_whole_for_its_pages(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        album = ada.new_album()
        ada.sends_photo(photo("blue"), album=album, caption="Both?")
        ada.sends_document(made.pdf(60), **PDF, album=album)
        (told,) = await ada.hears()
        assert not world.requests
        await world.until(lambda: not world.files)
        press(ada, told, "Pages 1–50")
        (answer,) = await ada.hears()
        assert "Both?" in answer.text
        assert "late part" not in answer.text
        assert len(world.requests[-1].file_ids) == 2


async def test_a_choice_is_made_once_and_a_reset_ends_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        told = await offered(world, ada, 60)
        ada.sends("/reset")
        await ada.hears()
        press(ada, told, "Pages 1–50")
        (late,) = await ada.hears()
        assert late.text.startswith("This document is no longer waiting")
        assert not world.requests
        await world.until(lambda: "reply_markup" not in told.json)  # the stale buttons go


async def test_a_choice_survives_a_restart_and_a_day_ends_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        first, second = await offered(world, ada, 60), await offered(world, ada, 70)
        await world.restart()
        press(ada, first, "Pages 1–50")
        (answer,) = await ada.hears()
        assert "50 pages" in answer.text
        await world.sleeps(2 * 86_400)
        assert world.process is not None
        await world.process.store.tidy(virtual.now())
        press(ada, second, "Pages 1–50")
        (late,) = await ada.hears()
        assert late.text.startswith("This document is no longer waiting")


@pytest.mark.parametrize("moment", ["before", "reply lost", "after"])
@pytest.mark.parametrize("effect", ["store.choose_pages", "store.complete_command"])
async def test_a_choice_survives_a_kill(tmp_path: Path, effect: str, moment: Any) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        told = await offered(world, ada, 60)
        assert world.process is not None
        world.process.life.kill_at(effect, moment)
        press(ada, told, "Pages 1–50")
        await world.process.bury()
        await world.start()
        await world.until(lambda: any("Sum it up" in text for text in ada.sees))
        await world.rests()
        assert len(world.requests) == 1
        assert not any("does not wait" in text for text in ada.sees)


async def test_who_asks_what_is_stored_sees_what_waits_for_pages(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        ada = world.person()
        await offered(world, ada, 60)
        assert world.process is not None
        held = await world.process.store.export(1001)
        assert [one["text"] for one in held["waiting_for_pages"]] == ["Sum it up"]
        await world.process.maintenance.eraser.erase(1001)
        assert not (await world.process.store.export(1001))["waiting_for_pages"]


async def test_a_document_that_is_too_long_offers_fewer_pages(tmp_path: Path) -> None:
    async with opened(tmp_path, DOCUMENT_DETAIL="high", CONTEXT_MAX_TOKENS="40000") as world:
        ada = world.person()
        told = await offered(world, ada, 20)
        assert told.text.startswith("The document has 20 pages, and I can read 7 at once.")
        press(ada, told, "Pages 8–14")
        (answer,) = await ada.hears()
        assert "7 pages" in answer.text


# ---------------------------------------------------------------- servers that take no files

INLINE = {"IMAGE_TRANSPORT": "inline"}
TEXT_ONLY = {**INLINE, "OPENAI_BASE_URL": "http://llama.test/v1", "OPENAI_SEES": "yes"}


@pytest.mark.parametrize(
    ("content", "file_name", "read"),
    [
        (made.pdf(2), "Report.pdf", "[document: Report.pdf, 2 pages; its text follows]"),
        (made.docx("Dear Ada"), "Letter.docx", "[document: Letter.docx; its text follows]"),
        (b"a;b\n1;2\n", "table.csv", "[document: table.csv; its text follows]"),
    ],
)
async def test_where_a_server_takes_no_files_the_text_of_a_document_is_in_the_question(
    tmp_path: Path, content: bytes, file_name: str, read: str
) -> None:
    async with opened(tmp_path, **TEXT_ONLY) as world:
        ada = world.person()
        ada.sends_document(content, file_name=file_name, mime_type="x/y", caption="And?")
        await ada.hears()
        ada.sends("Once more?")
        await ada.hears()
        asked = world.requests[-1].body["input"][0]["content"][0]["text"]
        assert asked.startswith(read)
        assert asked.endswith("[end of the document]\nAnd?")
        assert uploads(world) == 0
        assert not await user_files(world.process.store, 1001)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (made.compound("Workbook"), "Here I can only read PDF, Word, PowerPoint and text"),
        (made.pdf(60), "The document has 60 pages, and I can read 50 at once."),
    ],
)
async def test_where_a_server_takes_no_files_what_has_no_text_is_told(
    tmp_path: Path, content: bytes, told: str
) -> None:
    async with opened(tmp_path, **TEXT_ONLY) as world:
        ada = world.person()
        ada.sends_document(content, file_name="a", mime_type="x/y")
        (said,) = await ada.hears()
        assert said.text.startswith(told)
        assert not world.requests


async def test_openai_itself_gets_documents_within_the_request_where_images_are_inline(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, **INLINE) as world:
        ada = world.person()
        ada.sends_document(made.pdf(3), **PDF)
        (answer,) = await ada.hears()
        assert "3 pages" in answer.text
        (file,) = files_named(world)
        assert file["file_data"].startswith("data:application/pdf;base64,")
        assert uploads(world) == 0
