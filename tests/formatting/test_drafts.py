"""A draft is shown while its Markdown is being written: every prefix of an answer is one."""

from pathlib import Path

import pytest

from snapthread.formatting import format_draft
from snapthread.formatting.draft.closing import close_tail
from tests.formatting.snapshots import CORPUS
from tests.formatting.validator import covered, outside_code, problems, units

MARKERS = ("**", "```", "~~", "||", "](", "![", "$$", "\\(", "\\[", "|--", "[^")
STREAMED = {
    "05-maths-quadratic",
    "06-maths-dollars",
    "07-comparison-table",
    "10-nested-lists",
    "16-chinese",
    "18-emoji",
    "19-quote-discussion",
    "20-footnotes",
    "22-links-and-images",
    "29-physics-cases",
    "32-setext-and-rules",
    "34-code-many-languages",
}


@pytest.mark.parametrize(
    "answer", [path for path in CORPUS if path.stem in STREAMED], ids=lambda path: path.stem
)
def test_no_prefix_of_an_answer_shows_a_raw_marker(answer: Path) -> None:
    markdown, last = answer.read_text("utf-8"), None
    for end in range(len(markdown) + 1):
        draft = format_draft(markdown[:end])
        if draft == last:
            continue
        last = draft

        shown = outside_code(draft)
        assert [mark for mark in MARKERS if mark in shown] == [], markdown[max(0, end - 60) : end]
        assert problems(draft) == []


@pytest.mark.parametrize(
    ("half", "shown", "formats"),
    [
        ("a **b", "a b", ["bold 'b'"]),
        ("a **b*", "a b", ["bold 'b'"]),
        ("a **", "a", []),
        ("a *b **c", "a b c", ["italic 'b c'", "bold 'c'"]),
        ("a ~~b", "a b", ["strikethrough 'b'"]),
        ("a ||b", "a b", ["spoiler 'b'"]),
        ("a `b **c", "a b **c", ["code 'b **c'"]),
        ("a ``b` c`", "a b` c", ["code 'b` c'"]),
        ("a [b", "a b", []),
        ("a [b](https://c.exa", "a b", []),
        ("a ![b](https://c.exa", "a b", []),
        ("[![a](https://b.example)](htt", "a", ["text_link 'a'"]),
        ("```py\nx\n``", "x", ["pre 'x'"]),
        ("```", "", []),
        ("text\n-", "text", []),
        ("text\n\n- [ ", "text\n\n•", []),
        ("so \\(x^2 + \\al", "so x² +", []),
        ("so $$", "so", []),
        ("\\[\n\\frac{a}{b", "a/b", []),
        ("costs $5 and", "costs $5 and", []),
        ("2*3", "2*3", []),
        ("see note[^1", "see note", []),
        ("<https://a.example/x", "https://a.example/x", []),
        ("<div>\n**a", "a", ["bold 'a'"]),
        ("<think>\nwell, **a", "", []),
        ("<thi", "", []),
        ("H<su", "H", []),
        ("H<sub>2", "H2", []),
        ("H<sub>2</sub", "H2", []),
        ("<!-- half", "", []),
        ("a <b", "a", []),
        ("a <but", "a <but", []),
        ("重要**「x", "重要「x", ["bold '「x'"]),
        ("| a | b", "a | b\n--|--", ["pre 'a | b\\n--|--'"]),
        ("> | a | b |\n> |-", "a | b\n--|--", ["blockquote", "pre"]),
    ],
)
def test_what_is_half_written_is_shown_as_it_will_be(
    half: str, shown: str, formats: list[str]
) -> None:
    draft = format_draft(half)

    assert draft.text == shown
    seen = [f"{entity.type} {covered(draft, entity)!r}" for entity in draft.entities]
    assert len(seen) == len(formats)
    assert all(have.startswith(want) for have, want in zip(seen, formats, strict=True))


def test_a_long_draft_shows_its_end_from_a_line_on() -> None:
    lines = [f"{number}. line with **bold** text" for number in range(1, 1000)]

    draft = format_draft("\n".join(lines))

    assert draft.text.endswith("999. line with bold text")
    assert draft.text[:4].rstrip(". l").isdigit()
    assert 3500 < units(draft.text) <= 4096
    assert len(draft.entities) == 100
    assert problems(draft) == []


def test_a_draft_of_one_endless_block_is_cut_between_characters() -> None:
    draft = format_draft("👍🏽" * 5000)

    assert units(draft.text) <= 4096
    assert problems(draft) == []


def test_of_thousands_of_open_markers_only_the_last_are_closed() -> None:
    text = "*a " * 1000

    assert close_tail(text) == text.rstrip() + "*" * 8


def test_what_the_author_wrote_as_text_stays_in_a_draft() -> None:
    assert format_draft("use \\*\\*kwargs and 2 ** 3").text == "use **kwargs and 2 ** 3"
