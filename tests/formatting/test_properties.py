"""Laws that hold for any text whatever, and for any prefix of it."""

import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapthread.characters import utf16_len
from snapthread.formatting import format_answer, format_draft, split_plain
from snapthread.model import OutgoingMessage
from tests.formatting.documents import Written, any_table, anything, written_documents
from tests.formatting.validator import foreign_addresses, outside_code, problems, units

MARKERS = ("**", "```", "~~", "||", "](", "![", "\\(", "\\[", "|--")


def shown_in(says: tuple[OutgoingMessage, ...]) -> str:
    return "\n".join(say.text for say in says)


def holds_in_order(words: tuple[str, ...], text: str) -> bool:
    """Each word is found after the one before it; a line break may stand inside a long one."""
    text = "".join(text.split())
    place = 0
    for word in words:
        found = text.find(word, place)
        if found < 0:
            return False
        place = found + len(word)
    return True


@given(anything)
def test_every_message_of_any_text_is_valid(text: str) -> None:
    for say in format_answer(text):
        assert problems(say) == []
        assert say.text


@given(anything)
def test_a_draft_of_any_text_is_valid(text: str) -> None:
    assert problems(format_draft(text)) == []


@given(anything)
def test_no_text_becomes_a_link_of_another_scheme(text: str) -> None:
    for say in (*format_answer(text), format_draft(text)):
        assert foreign_addresses(say) == []


@settings(max_examples=30)
@given(anything, st.integers(min_value=5, max_value=150))
def test_many_of_anything_fit_too(text: str, times: int) -> None:
    for say in format_answer((text + "\n\n") * times):
        assert problems(say) == []


@given(written_documents, st.data())
def test_any_prefix_of_a_document_is_valid(document: Written, data: st.DataObject) -> None:
    end = data.draw(st.integers(min_value=0, max_value=len(document.markdown)))
    prefix = document.markdown[:end]
    draft = format_draft(prefix)
    assert [mark for mark in MARKERS if mark in outside_code(draft)] == []
    for say in (*format_answer(prefix), draft):
        assert problems(say) == []
        assert foreign_addresses(say) == []


@given(written_documents)
def test_no_word_of_a_document_or_of_its_draft_is_lost(document: Written) -> None:
    assert holds_in_order(document.words, shown_in(format_answer(document.markdown)))
    draft = format_draft(document.markdown)
    if units(draft.text) < 3000:  # all of it was shown
        assert holds_in_order(document.words, draft.text)


@given(any_table)
def test_no_word_of_a_table_is_lost_however_it_is_laid_out(table: Written) -> None:
    shown = Counter(re.findall(r"\w+", shown_in(format_answer(table.markdown))))
    assert shown >= Counter(table.words)


@settings(max_examples=20)
@given(st.lists(written_documents, min_size=1, max_size=3), st.integers(10, 40))
def test_no_word_of_a_long_answer_is_lost(documents: list[Written], times: int) -> None:
    markdown = "\n\n".join(document.markdown for document in documents * times)
    words = tuple(word for document in documents * times for word in document.words)
    assert holds_in_order(words, shown_in(format_answer(markdown)))


@given(anything.map(lambda text: text * 50) | st.text(max_size=9000))
def test_plain_text_is_split_and_nothing_of_it_is_lost(text: str) -> None:
    says = split_plain(text)

    assert all(say.text and say.entities == () and problems(say) == [] for say in says)
    assert visible("".join(say.text for say in says)) == visible(text)


def visible(text: str) -> str:
    """Letters, digits, marks and signs: what is left when white space and controls are not."""
    lone = re.sub(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]", "\ufffd", text)
    return "".join(
        character
        for character in lone
        if not character.isspace() and unicodedata.category(character)[0] in "LNMPS"
    )


@given(st.text())
def test_utf16_units_are_counted_as_telegram_counts(text: str) -> None:
    assert utf16_len(text) == units(text)


@pytest.mark.parametrize("text", ["", " ", "\n\n\t", "\u200b\u2060", "\0\0", "**", "> ", "- \n"])
def test_nothing_to_be_seen_is_no_message(text: str) -> None:
    assert all(say.text.strip() for say in format_answer(text))
    assert split_plain(text.strip("*->")) == ()
