"""Documents are what their bytes say, told before anything goes up."""

import asyncio
import sys
from collections.abc import Iterator

import pytest

from snapthread.adapters.media import Documents
from snapthread.contents import DocumentContent, PageRange
from snapthread.errors import DocumentRefused
from tests.fuzz.reader import Reader
from tests.media import documents as made
from tests.media.pictures import SAMPLES


def read(content: bytes, name: str = "", **how: object) -> DocumentContent:
    return asyncio.run(Documents().read(content, name=name, **how))  # type: ignore[arg-type]


def refusal(content: bytes, name: str = "", **how: object) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as refused:
        read(content, name, **how)
    return refused.value


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


@pytest.mark.parametrize(
    ("content", "form", "pages"),
    [
        (made.pdf(14), "pdf", 14),
        (made.docx("Dear Ada,", "all is well."), "docx", 0),
        (made.pptx("One", "Two", "Three"), "pptx", 3),
        (made.xlsx(), "xlsx", 0),
        (made.odt("Dear Ada"), "odt", 0),
        (rb"{\rtf1 Dear Ada}", "rtf", 0),
        (made.compound("WordDocument"), "doc", 0),
        (made.compound("PowerPoint Document"), "ppt", 0),
        (made.compound("Workbook"), "xls", 0),
        (b"print('hello')\n", "text", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_document_is_what_its_bytes_say(content: bytes, form: str, pages: int) -> None:
    found = read(content, "a-lie.exe")

    assert (found.format, found.pages, found.content) == (form, pages, content)


def test_of_an_open_spreadsheet_the_rows_go_up_as_text() -> None:
    found = read(made.ods("Имя|Zahl", "Анна &amp; Co|42"), "table.ods")

    assert (found.format, found.extension, found.mime) == ("text", "tsv", "text/plain")
    assert found.content.decode() == "Имя\tZahl\nАнна & Co\t42"


def test_macros_change_nothing_about_what_a_document_is() -> None:
    with_macros = made.archive(
        {"word/document.xml": "<w:p><w:t>Dear Ada</w:t></w:p>", "word/vbaProject.bin": b"\xd0\xcf"}
    )

    assert read(with_macros, "letter.docm", with_text=True).text == "Dear Ada"


@pytest.mark.parametrize(
    ("name", "extension"),
    [("main.py", "py"), ("Table.CSV", "csv"), ("notes", "txt"), ("shot.xyz", "txt")],
)
def test_a_texts_name_tells_which_kind_of_text(name: str, extension: str) -> None:
    assert read(b"a = 1\n", name).extension == extension


def test_a_name_that_no_program_takes_costs_no_document() -> None:
    assert read(b"Some words, and some more.", "notes.t\0xt").format == "text"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_a_text_goes_up_as_utf_8(encoding: str) -> None:
    text = "Привет, мир: 42\n"

    assert read(text.encode(encoding), "letter.txt").content == text.encode()


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16-le", "utf-16-be"])
def test_a_table_of_few_russian_words_came_with_signs_that_nobody_reads(encoding: str) -> None:
    row = "2026-01-01;100;Оплата, ещё раз;Checking account number 5\r\n"

    assert read((row * 5).encode(encoding), "bank.csv").content == (row * 5).encode()


def test_a_western_text_of_eight_bits_goes_up_as_utf_8() -> None:
    for text in ("Grüße aus Köln\n", "une fille créée à Évreux, où ça ?\n", "øl, Ærø, å"):
        assert read(text.encode("cp1252")).content == text.encode()


def test_the_text_of_a_pdf_is_estimated_and_told_where_it_is_asked_for() -> None:
    found = read(made.pdf(3), with_text=True)

    assert [line for line in found.text.splitlines() if line] == [
        made.page_text(n) for n in (1, 2, 3)
    ]
    assert found.text_tokens == pytest.approx(len(found.text) / 4, abs=2)
    assert read(made.pdf(3)).text == ""


def test_some_pages_are_cut_out_of_a_pdf() -> None:
    found = read(made.pdf(30), pages=PageRange(11, 13))
    again = read(found.content, with_text=True)

    assert (found.pages, again.pages) == (30, 3)
    assert again.text.split("\n")[0] == made.page_text(11)


def test_of_pages_beyond_the_end_those_that_are_there_are_taken() -> None:
    assert read(read(made.pdf(5), pages=PageRange(4, 20)).content).pages == 2


def test_a_pdf_of_too_many_pages_is_told_with_their_number() -> None:
    refused = refusal(made.pdf(300), max_pages=50)

    assert (refused.fault, refused.pages) == ("too_many_pages", 300)


def test_pages_that_were_chosen_count_and_not_the_whole() -> None:
    assert read(made.pdf(60), pages=PageRange(1, 20), max_pages=50).pages == 60


def test_pages_of_pictures_have_no_text() -> None:
    assert not read(made.scanned()).has_text


@pytest.mark.parametrize("revision", [5, 6])
def test_a_pdf_that_aes_protects_is_encrypted_and_not_damaged(revision: int) -> None:
    assert refusal(made.locked_with_aes(revision)).fault == "encrypted"


def test_what_opens_without_a_password_goes_up_without_its_lock() -> None:
    locked = made.locked(made.pdf(2), "")
    opened = read(locked)
    assert b"/Encrypt" in locked
    assert b"/Encrypt" not in opened.content
    assert opened.pages == 2


def test_a_pdf_with_a_password_is_encrypted_and_one_with_an_empty_password_is_open() -> None:
    assert refusal(made.locked(made.pdf(2), "open sesame")).fault == "encrypted"
    assert read(made.locked(made.pdf(2), password=""), with_text=True).pages == 2


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (made.pdf(0), "empty"),
        (made.docx(), "empty"),
        (made.compound("EncryptedPackage"), "encrypted"),
        (b"%PDF-1.7\nnothing more", "unreadable"),
        (made.docx("Dear Ada")[:-30], "unreadable"),
        (made.archive({"a.txt": "a"}), "unsupported_type"),
        (b"\x7fELF\x02\x01\x01", "unsupported_type"),
        (bytes(range(256)) * 8, "unsupported_type"),
        (SAMPLES["JPEG"], "unsupported_type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_by_its_name(
    reader: Reader, content: bytes, fault: str
) -> None:
    assert reader.read(content, "") == fault


def test_an_archive_that_is_far_larger_inside_is_too_heavy() -> None:
    assert refusal(made.packed_bomb()).fault == "too_heavy"


def test_of_a_sheet_no_more_than_a_thousand_rows_count() -> None:
    assert read(made.xlsx(5_000)).text_tokens == pytest.approx(
        read(made.xlsx(1_000)).text_tokens, abs=5
    )


def test_a_child_that_dies_has_crashed() -> None:
    dies = Documents(command=(sys.executable, "-c", "import os; os.abort()"))

    with pytest.raises(DocumentRefused, match="crashed: exit status"):
        asyncio.run(dies.read(made.pdf(), name=""))


def test_a_child_that_does_not_end_is_ended() -> None:
    sleeps = Documents(
        command=(sys.executable, "-c", "import time; time.sleep(600)"), time_limit_s=1
    )

    with pytest.raises(DocumentRefused, match="crashed: no answer in 1 s"):
        asyncio.run(sleeps.read(made.pdf(), name=""))
