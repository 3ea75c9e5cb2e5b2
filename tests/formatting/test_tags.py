"""HTML in an answer: shown for what it means, never as tags; thoughts are not shown at all."""

import pytest

from snapthread.formatting import format_answer, format_draft
from snapthread.formatting.parse.hidden import is_hidden
from snapthread.model import OutgoingMessage
from tests.formatting.validator import covered, problems


def formats(say: OutgoingMessage) -> list[str]:
    return [f"{entity.type} {covered(say, entity)}" for entity in say.entities]


@pytest.mark.parametrize(
    ("markdown", "text", "expected"),
    [
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour", []),
        ("H<sub>2</sub>O, x<sup>n+1</sup>, v<sub>q1</sub>", "H₂O, xⁿ⁺¹, v_q1", []),
        ("<u>a</u> <ins>b</ins>", "a b", ["underline a", "underline b"]),
        ("<s>c</s> <del>d</del>", "c d", ["strikethrough c", "strikethrough d"]),
        ("<em>e</em> <mark>f</mark>", "e f", ["italic e", "bold f"]),
        ("press <kbd>Ctrl</kbd>+<kbd>C</kbd>", "press Ctrl+C", ["code Ctrl", "code C"]),
        ("<code>a*b*c &lt;x&gt;</code>", "a*b*c <x>", ["code a*b*c <x>"]),
        ("<b>a *b*</b> **<i>c</i>**", "a b c", ["bold a b", "italic b", "bold c", "italic c"]),
        ('<span style="color: *red*">a</span> <font size=3>b</font>', "a b", []),
        ('<a href="https://a.example/x_y_z?a=1&amp;b=2">there</a>', "there", ["text_link there"]),
        ('<a href="javascript:alert(1)">x</a>', "x", []),
        ('<img src="https://a.example/c.png" alt="a cat">', "a cat", ["text_link a cat"]),
        ("<ul>\n  <li>a</li>\n  <li>**b**</li>\n</ul>", "• a\n• b", ["bold b"]),
        ("<details>\n<summary>More</summary>\n\nThe text.\n\n</details>", "More\n\nThe text.",
         ["bold More"]),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
         "a | b\n1 | 2", ["bold a", "bold b"]),
        ("<h2>Title</h2>\ntext", "Title\ntext", ["bold Title"]),
        ("<p align=center>a</p><p>b</p>", "a\nb", []),
        ("<pre><code class=python>x = '*a*'\n\ny &lt; 1</code></pre>", "x = '*a*'\n\ny < 1",
         ["pre x = '*a*'\n\ny < 1"]),
        ("a<hr>b", "a\n———\nb", []),
        ("<b>$x^2$ and \\(\\alpha\\)</b>", "x² and α", ["bold x² and α"]),
        ("<answer>42</answer>", "42", []),
        ("<tg-spoiler>a</tg-spoiler>", "a", ["spoiler a"]),
        ("wrap it in <b> and a List<T> of <file>", "wrap it in <b> and a List<T> of <file>", []),
        ("`<br>`, \\<sub>2\\</sub>, &lt;i&gt;", "<br>, <sub>2</sub>, <i>", ["code <br>"]),
        ("a <!-- never closed", "a <!-- never closed", []),
        ("a <!-- a note --> b", "a  b", []),
    ],
)  # fmt: skip
def test_a_tag_is_shown_for_what_it_means(markdown: str, text: str, expected: list[str]) -> None:
    (say,) = format_answer(markdown)

    assert say.text == text
    assert formats(say) == expected
    assert problems(say) == []


@pytest.mark.parametrize(
    "answer",
    [
        "<think>\nThe user asks…\n\n```\nan open fence\n</think>\n\nIt is **a cat**.",
        "<think></think>It is **a cat**.",
        "<thinking>hm\n\nhm</thinking>\nIt is **a cat**.",
        "So I look at it.\n</think>\n\nIt is **a cat**.",
        "It is **a cat**.\n\n<think>was it?",
        "<THINK>a</THINK>It is **a cat**.<!-- sure -->",
    ],
)
def test_the_thoughts_of_a_model_are_not_shown(answer: str) -> None:
    (say,) = format_answer(answer)

    assert say.text == "It is a cat."
    assert formats(say) == ["bold a cat"]


def test_thoughts_that_are_still_being_written_are_not_shown() -> None:
    whole = "<think>one\n\ntwo **three**</think>\nIt is a cat."

    shown = {format_draft(whole[:end]).text for end in range(len(whole) + 1)}

    assert all("It is a cat.".startswith(text) for text in shown)


def test_a_tag_about_thoughts_in_code_is_text() -> None:
    (say,) = format_answer("Write `<think>` before and `</think>` after.")

    assert say.text == "Write <think> before and </think> after."


def test_an_answer_of_nothing_but_thoughts_is_known_to_be_one() -> None:
    assert is_hidden("<think>only this")
    assert not is_hidden("<think>this</think> and that")
    assert not is_hidden(" ")


@pytest.mark.parametrize(
    ("markdown", "text", "expected"),
    [
        ("[us](tel:+44%2020%207946)", "us (+44 20 7946)", []),
        ("[the guide](docs/guide.md)", "the guide (docs/guide.md)", ["code docs/guide.md"]),
        ("[start](/start)", "start (/start)", ["code /start"]),
        ("[chat](tg://resolve?domain=x)", "chat (tg://resolve?domain=x)",
         ["code tg://resolve?domain=x"]),
        ("**[us](tel:+441234)**", "us (+441234)", ["bold us (+441234)"]),
        ("![chart](sandbox:/mnt/c.png)", "chart (sandbox:/mnt/c.png)", ["code sandbox:/mnt/c.png"]),
        ("[+441234](tel:+441234) and <tel:+441234>", "+441234 and tel:+441234", []),
        ("[top](#top), [x](javascript:a), ![p](data:image/png;base64,x)", "top, x, p", []),
        ("[![a](b.png)](https://c.example)", "a", ["text_link a"]),
        ("[](docs/guide.md)", "(docs/guide.md)", ["code docs/guide.md"]),
    ],
)  # fmt: skip
def test_a_target_that_may_be_no_link_is_told_behind_its_words(
    markdown: str, text: str, expected: list[str]
) -> None:
    (say,) = format_answer(markdown)

    assert say.text == text
    assert formats(say) == expected


def test_a_link_in_a_table_keeps_its_address() -> None:
    (say,) = format_answer("| site | for |\n|-|-|\n| [A](https://a.example) | all |")

    assert say.text == "site — for\n• A: all"
    assert [entity.url for entity in say.entities if entity.url] == ["https://a.example"]
