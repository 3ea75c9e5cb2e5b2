"""An answer of several messages while it grows: what is full stays, and no word moves on."""

import random
from itertools import pairwise

import pytest

from snapthread.formatting import format_answer, format_growing
from snapthread.model import OutgoingMessage
from tests.formatting.snapshots import CORPUS
from tests.formatting.validator import problems, units

PARAGRAPH = "A sentence of some words. " * 12
LONG_CORPUS = [path for path in CORPUS if path.stat().st_size > 8_000]
CODE = "```python\n" + "\n".join(f"    call({number})" for number in range(900)) + "\n```"
LIST = "\n".join(f"- **Item {number}** has {'some words ' * 8}" for number in range(120))
SECTIONS = "\n\n".join(f"## Title {n}\n\n{PARAGRAPH}\n\n{PARAGRAPH}" for n in range(20))
QUOTE = "> " + PARAGRAPH * 30
TOGETHER = "\n\n".join([PARAGRAPH, CODE, LIST, QUOTE, SECTIONS])
LONG = {
    "paragraphs": "\n\n".join([PARAGRAPH] * 30),
    "one paragraph": PARAGRAPH * 30,
    "code": CODE,
    "list": LIST,
    "sections": SECTIONS,
    "quote": QUOTE,
    "together": TOGETHER,
    "no break": "x" * 9000,
    **{path.stem: path.read_text("utf-8") for path in LONG_CORPUS},
}


def prefixes(markdown: str, count: int = 14) -> list[str]:
    """Of any length, and all around where the first message is full."""
    dice = random.Random(len(markdown))
    ends = {*dice.choices(range(1, len(markdown)), k=count), *range(3900, 4250, 50), len(markdown)}
    return [markdown[:end] for end in sorted(ends)]


@pytest.mark.parametrize("markdown", LONG.values(), ids=LONG.keys())
def test_a_message_that_is_full_is_what_it_will_be(markdown: str) -> None:
    whole = format_answer(markdown)
    assert len(whole) > 1
    for so_far in map(format_growing, prefixes(markdown)):
        assert so_far[:-1] == whole[: len(so_far) - 1]
        assert all(problems(message) == [] for message in so_far)


@pytest.mark.parametrize(
    "name", ["paragraphs", "one paragraph", "code", "list", "sections", "quote", "together"]
)
def test_no_word_that_was_shown_moves_to_another_message(name: str) -> None:
    shown = list(map(format_growing, prefixes(LONG[name])))
    for before, after in pairwise([*shown, format_answer(LONG[name])]):
        assert len(after) >= len(before)
        for old, new in zip(before, after, strict=False):
            assert new.text.startswith(old.text)


def test_half_a_sentence_at_the_end_of_a_message_is_not_shown_there_first() -> None:
    full = format_answer(LONG["one paragraph"])[0]
    for end in range(3800, 4120, 10):
        (growing,) = format_growing(LONG["one paragraph"][:end])[:1]
        assert full.text.startswith(growing.text)


def test_a_block_of_code_that_is_cut_while_it_grows_is_code_in_both_messages() -> None:
    first, second = format_growing(CODE[:6000])
    assert [entity.type for entity in (*first.entities, *second.entities)] == ["pre", "pre"]
    assert first.text.splitlines()[-1].startswith("    call(")
    assert second.text.splitlines()[0].startswith("    call(")


def test_a_title_waits_for_the_message_that_it_belongs_to() -> None:
    before = "word " * 780
    assert last(f"{before}\n\n## Title").text.endswith("word")
    assert last(f"{before}\n\n## Title\n\nIts").text.endswith("word")
    (_, second) = format_growing(f"{before}\n\n## Title\n\n{PARAGRAPH}")
    assert second.text.startswith("Title\nA sentence")


def test_what_waited_is_shown_where_the_answer_ends_with_it() -> None:
    answer = f"{'word ' * 700}\n\nThe end."
    assert last(answer).text.endswith("word")
    assert format_answer(answer)[0].text.endswith("The end.")


def test_a_short_answer_grows_as_it_will_be() -> None:
    assert [message.text for message in format_growing("**half of it")] == ["half of it"]
    assert format_growing("") == format_growing("**") == ()


def test_far_beyond_any_answer_it_stops_growing() -> None:
    huge = "word " * 40_000
    assert format_growing(huge) == format_growing(huge[:150_000])


def test_a_paragraph_that_begins_late_is_not_cut_and_one_that_begins_early_is_filled() -> None:
    late = format_answer(f"{'a' * 3500}\n\n{PARAGRAPH * 3}")
    early = format_answer(f"{'a' * 2000}\n\n{PARAGRAPH * 8}")
    assert late[0].text == "a" * 3500
    assert units(early[0].text) > 4000
    assert early[0].text.endswith(".")


def last(markdown: str) -> OutgoingMessage:
    return format_growing(markdown)[-1]
