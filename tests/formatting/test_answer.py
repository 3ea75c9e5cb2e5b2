"""Markdown as text and entities."""

import pytest

from snapthread.formatting import format_answer
from snapthread.model import OutgoingMessage
from tests.formatting.validator import covered, problems, units


def formats(say: OutgoingMessage) -> list[str]:
    return [f"{entity.type} {covered(say, entity)}" for entity in say.entities]


@pytest.mark.parametrize(
    ("markdown", "text", "expected"),
    [
        ("**a** *b* ~~c~~ ||d|| `e`", "a b c d e",
         ["bold a", "italic b", "strikethrough c", "spoiler d", "code e"]),
        ("__a__ _b_ ***c***", "a b c", ["bold a", "italic b", "italic c", "bold c"]),
        ("**a `b` c**", "a b c", ["bold a", "code b", "bold c"]),
        ("**a [b *c*](https://d.example)**", "a b c",
         ["bold a b c", "text_link b c", "italic c"]),
        ("[`a`](https://b.example)", "a", ["text_link a"]),
        ("# A **b** `c`", "A b c", ["bold A b", "code c"]),
        ("## A\ntext", "A\ntext", ["bold A"]),
        ("> a\n>> b `c`\n> - d", "a\n\nb c\n\n• d", ["blockquote a\n\nb c\n\n• d", "code c"]),
        ("> [!TIP]\n> a", "💡 TIP\na", ["blockquote 💡 TIP\na", "bold 💡 TIP"]),
        ("```py title=x\na = 1\n```", "a = 1", ["pre a = 1"]),
        ("- a\n  - b\n    - c\n- d", "• a\n    ◦ b\n        • c\n• d", []),
        ("7. a\n8. b", "7. a\n8. b", []),
        ("- [x] a\n- [ ] b", "☑ a\n☐ b", []),
        ("1. [x] a", "1. ☑ a", []),
        ("a\n\n---\n\nb", "a\n\n———\n\nb", []),
        ("a\nb  \nc\\\nd", "a\nb\nc\nd", []),
        ("<b>a</b> **c** <!-- d -->", "a c", ["bold a", "bold c"]),
        ("<div>\n**a**\n</div>", "a", ["bold a"]),
        ("![a](https://b.example/c.png)", "a", ["text_link a"]),
        ("![](https://b.example)", "https://b.example", ["text_link https://b.example"]),
        ("![](data:image/png;base64,x)", "🖼", []),
        ("<me@a.example>", "me@a.example", ["text_link me@a.example"]),
        ("a[^x] b[^y]\n\n[^y]: n\n[^x]: **m**", "a[1] b[2]\n\n[1] m\n[2] n", ["bold m"]),
        ("a[^x]", "a[x]", []),
        ("a [1] b [c][d]\n\n[1]: https://a.example\n[d]: https://b.example\n[e]: https://c.example",
         "a [1] b c\n\n[e]: https://c.example", ["text_link [1]", "text_link c"]),
        ("```pip install x", "pip install x", ["pre pip install x"]),
        ("2*3*4, a*b*c and ~5 to 6~", "2*3*4, a*b*c and ~5 to 6~", []),
        ("\\*a\\* \\|\\|b\\|\\| &#42;c&#42;", "*a* ||b|| *c*", []),
        ("a || b, c||d||e", "a || b, c||d||e", []),
        ("a|| b|| c", "a|| b|| c", []),
        ("重要：**「注意」**这里**说明：**文字", "重要：「注意」这里说明：文字",
         ["bold 「注意」", "bold 说明："]),
        ("** a ** and **", "** a ** and **", []),
        ("` ` and ``", "  and ``", []),
        ("- ```\n  x\n  ```\n- > b", "•\nx\n•\nb", ["pre x", "blockquote b"]),
        ("1. a\n\n   ```\n     b\n   ```\n2. c", "1. a\n  b\n2. c", ["pre   b"]),
    ],
)  # fmt: skip
def test_markdown_becomes_text_and_entities(markdown: str, text: str, expected: list[str]) -> None:
    (say,) = format_answer(markdown)

    assert say.text == text.strip()
    assert formats(say) == expected


def test_code_keeps_every_character() -> None:
    code = "\tif a < b && c || d:\n    x = '**not** $bold$ \\(no\\) <b>'\n\n\n  # &amp; 名前 👍🏽"

    (say,) = format_answer(f"```python\n{code}\n```")

    assert say.text == code
    assert (say.entities[0].type, say.entities[0].language) == ("pre", "python")


def test_long_code_is_opened_again_with_its_language_and_its_indents() -> None:
    lines = [f"{'    ' * (number % 4)}call({number})" for number in range(1000)]

    says = format_answer("Look:\n```python\n" + "\n".join(lines) + "\n```\nDone.")

    assert says[0].text.startswith("Look:\n\ncall(0)")
    code = [covered(say, say.entities[0]) for say in says]
    assert "\n".join(code).split("\n") == lines
    assert all(say.entities[0].language == "python" for say in says)
    assert says[-1].text.endswith("\n\nDone.")


def test_more_than_a_hundred_entities_are_more_than_one_message() -> None:
    says = format_answer(" ".join(f"**b{number}**" for number in range(250)))

    assert [len(say.entities) for say in says] == [100, 100, 50]
    assert " ".join(say.text for say in says) == " ".join(f"b{number}" for number in range(250))


def test_what_a_cut_goes_through_is_formatted_on_both_sides() -> None:
    says = format_answer("> **" + "word " * 1500 + "end**")

    assert len(says) == 2
    for say in says:
        assert [entity.type for entity in say.entities] == ["blockquote", "bold"]
        assert {covered(say, entity) for entity in say.entities} == {say.text}


def test_a_heading_is_not_the_last_line_of_a_message() -> None:
    says = format_answer(f"{'a ' * 2000}\n\n## Title\n\n{'b ' * 1000}")

    assert not says[0].text.endswith("Title")
    assert says[1].text.startswith("Title\n")


def test_offsets_count_utf16_units() -> None:
    (say,) = format_answer("👨‍👩‍👧 **𝒳**")

    assert (say.entities[0].offset, say.entities[0].length) == (9, 2)


def test_deep_nesting_is_flattened() -> None:
    markdown = (
        "> " * 3000 + "deep" + "\n\n" + "- " * 500 + "list\n\n" + "*_" * 500 + "x" + "_*" * 500
    )

    says = format_answer(markdown)

    assert all(problems(say) == [] for say in says)
    assert "deep" in says[0].text


@pytest.mark.parametrize(
    "pattern",
    [
        "[", "![", "*a ", "**a** ", "`a", "<", "<b>", "<b></b>", "<b>a</b>", "</b>", "<sub>",
        "<br>", "<code>", "<code></code>", "<think>", "</think>", "</think>\n", "<!--", "<!-- -->",
        "<pre>", "<pre>\n", "<a href=\"", "<a x=", "<li>", "<b><i>",
        "$a ", "\\(", "||a ", "|a|b|\n|-|-|\n",
        "> ",
        "- ", "~~a ", "\n\n[^a]: ", "(", "\\", "&lt;", "#", "\ud800", "\0",
    ],
)  # fmt: skip
def test_a_pattern_repeated_without_end_is_formatted_in_time(pattern: str) -> None:
    for say in format_answer(pattern * (20_000 // len(pattern))):
        assert units(say.text) <= 4096
        assert len(say.entities) <= 100
