"""Tables on a phone: aligned where they fit, told row by row where they do not."""

import pytest

from snapthread.formatting import format_answer
from snapthread.formatting.parse.frames import of_width
from snapthread.formatting.render.cells import pad, width, wrap
from snapthread.formatting.tree import Row, Text
from tests.formatting.validator import covered, problems, units


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3), ("名前", 4), ("é", 1), ("e\u0301", 1), ("👍🏽", 2), ("👨\u200d👩\u200d👧", 2),
        ("⚠\ufe0f", 2), ("🇩🇪", 2), ("שלום", 4), ("ｗ", 2),
    ],
)  # fmt: skip
def test_wide_characters_take_two_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_columns_are_aligned() -> None:
    (say,) = format_answer(
        "| a | 名前 | c |\n|:-|:-:|-:|\n| **longer** | x | `1` |\n| 名 | y | 22 |"
    )

    assert say.text.split("\n") == [
        "a      | 名前 |  c",
        "-------|------|---",
        "longer |  x   |  1",
        "名     |  y   | 22",
    ]
    assert [entity.type for entity in say.entities] == ["pre"]


def test_a_table_a_little_too_wide_is_narrowed() -> None:
    (say,) = format_answer(
        "| a | b |\n|---|---|\n| one two three four five | six seven eight nine ten |"
    )

    assert max(map(width, say.text.split("\n"))) <= 40
    assert {"one", "five", "ten"} <= set(say.text.split())
    assert say.entities[0].type == "pre"


def test_a_wide_table_is_told_row_by_row() -> None:
    (say,) = format_answer(
        f"| Name | Says | At |\n|---|---|---|\n| A | *{'very' * 12}* long | 5 |\n| B | short | |"
    )

    assert say.text == (f"Name: A\n• Says: {'very' * 12} long\n• At: 5\n\nName: B\n• Says: short")
    assert [entity.type for entity in say.entities] == ["bold", "italic", "bold"]


def test_a_wide_table_of_two_columns_is_a_list() -> None:
    (say,) = format_answer(f"| Word | Meaning |\n|---|---|\n| a | {'x ' * 40} |\n| b | y |")

    assert say.text == f"Word — Meaning\n• a: {'x ' * 39}x\n• b: y"


def test_code_with_a_bar_is_one_cell_and_surplus_cells_are_kept() -> None:
    (say,) = format_answer("| a | b |\n|---|---|\n| `x|y` | z |\n| 1 | 2 | 3 |")

    assert say.text.split("\n")[2:] == ["x|y | z", "1   | 2 | 3"]


def test_a_line_break_in_a_cell_is_one() -> None:
    (say,) = format_answer("| a | b |\n|---|---|\n| x<br>y | z |")

    assert say.text.split("\n")[2:] == ["x | z", "y |"]


def test_a_long_table_is_cut_between_rows_and_begins_with_its_header_again() -> None:
    rows = "\n".join(f"| row {number} | {number * 7} |" for number in range(700))

    says = format_answer(f"| Name | Value |\n|---|---|\n{rows}")

    assert len(says) > 1
    assert all(say.text.startswith("Name    | Value\n--------|------\n") for say in says)
    assert all(covered(say, say.entities[0]) == say.text for say in says)
    numbers = [line.split()[1] for say in says for line in say.text.split("\n")[2:]]
    assert numbers == [str(number) for number in range(700)]


def test_a_table_of_a_thousand_columns_is_no_table() -> None:
    says = format_answer("|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "b\n" * 500)

    assert says[0].text.startswith("|a|a|a")
    assert all(problems(say) == [] and units(say.text) <= 4096 for say in says)


def test_rows_that_the_parser_no_longer_fills_up_are_filled_up() -> None:
    row = Row(cells=((Text(text="a"),),))

    assert of_width(row, 3).cells == (*row.cells, (), ())


def test_padding_never_cuts() -> None:
    assert pad("abc", 2, "Right") == "abc"
    assert list(wrap("abcdef gh", 3)) == ["abcdef", "gh"]
