"""Plain text into messages: where it is cut, and where never."""

import pytest

from snapthread.characters import utf16_len
from snapthread.formatting import split_plain

LIMIT = 4096


def parts(text: str) -> list[str]:
    return [say.text for say in split_plain(text)]


def test_a_text_that_fits_is_one_message() -> None:
    assert parts("x" * LIMIT) == ["x" * LIMIT]


def test_a_paragraph_ends_a_message_rather_than_a_line() -> None:
    first = "a\n" * 1500
    assert parts(f"{first}\n{'b' * 500}\n{'c' * 3000}") == [
        first.strip(),
        f"{'b' * 500}\n{'c' * 3000}",
    ]


def test_a_line_ends_a_message_rather_than_a_sentence() -> None:
    assert parts(f"{'a' * 3000}\n{'b' * 500}. {'c' * 3000}") == [
        "a" * 3000,
        f"{'b' * 500}. {'c' * 3000}",
    ]


@pytest.mark.parametrize("end", [". ", "! ", "?» ", "… ", "。", "؟ "])
def test_a_sentence_ends_a_message_rather_than_a_word(end: str) -> None:
    first = f"{'a' * 3000}{end}"
    assert parts(f"{first}{'b' * 500} {'c' * 3000}")[0] == first.strip()


def test_a_word_ends_a_message_even_early_in_it() -> None:
    assert parts(f"{'a' * 100} {'b' * 4090}") == ["a" * 100, "b" * 4090]


@pytest.mark.parametrize(
    "character",
    [
        "𝒳", "👨\u200d👩\u200d👧\u200d👦", "👍🏽", "🇩🇪", "e\u0301", "क्षि", "\u1112\u1161\u11ab",
        "🏴\U000e0067\U000e0062\U000e007f", "☑\ufe0f",
    ],
)  # fmt: skip
def test_no_character_is_cut_in_two(character: str) -> None:
    text = "." + character * 3000

    found = parts(text)

    assert "".join(found) == text
    assert all(part.replace(".", "").replace(character, "") == "" for part in found)
    assert all(utf16_len(part) <= LIMIT for part in found)


def test_a_character_without_end_is_cut_all_the_same() -> None:
    text = "a" + "\u0301" * 9000
    assert "".join(parts(text)) == text


def test_parts_of_white_space_are_not_sent() -> None:
    assert parts(f"a{' ' * 9000}b") == ["a", "b"]
    assert parts("\n \u200b\u2060 \n") == []


def test_what_telegram_cannot_take_is_replaced_or_dropped() -> None:
    assert parts("a\ud83d\0b\r\nc\u202e\ufdd0") == ["a\ufffdb\nc\ufffd"]


def test_units_of_a_lone_surrogate_can_be_counted() -> None:
    assert utf16_len("a𝒳\ud83d") == 4
