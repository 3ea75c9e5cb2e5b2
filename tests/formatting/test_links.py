"""Only http, https and mailto become links, whatever the text tries."""

import pytest

from snapthread.formatting import format_answer, format_draft
from snapthread.formatting.render.links import allowed_url
from tests.formatting.validator import foreign_addresses


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://a.example/b_(c)?d=1#e", "https://a.example/b_(c)?d=1#e"),
        ("HTTP://A.example", "HTTP://A.example"),
        ("https://пример.рф/путь", "https://пример.рф/путь"),
        ("https://a.example/b c", "https://a.example/b%20c"),
        ("www.a.example/b", "https://www.a.example/b"),
        ("mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"),
    ],
)
def test_these_become_links(written: str, url: str) -> None:
    assert allowed_url(written) == url


@pytest.mark.parametrize(
    "written",
    [
        "tg://resolve?domain=x", "ton://transfer/x", "tonsite://x", "javascript:alert(1)",
        "ftp://x.y", "data:text/html,x", "file:///etc/passwd", "intent://x", "tel:+1",
        "//a.example", "/docs", "#top", "", "https://", "http:a.example",
        "https://good.example@evil.example", "https:\\\\a.example", "java\nscript:x",
        "https://a.example/\u202e", "mailto:nobody", f"https://a.example/{'x' * 3000}",
    ],
)  # fmt: skip
def test_these_never_become_links(written: str) -> None:
    assert allowed_url(written) is None


@pytest.mark.parametrize(
    "markdown",
    [
        "tg://resolve?domain=x", "see TG://x and ton://y", "xtg://a", "t**g://r**esolve",
        "tg:**//x**", "`tg`://x", "`tg:`//x", "tg:`//x`", "*tg*://x",
        "[tg://x](https://a.example)", "tg&#58;//x", "tg:\\//x", "tg:/\\/x", "![tg://x](tg://y)",
        "[`tg://x`](https://a.example)", "> tg://x",
        "| tg://x | " + "y" * 70 + " |\n|-|-|\n| 1 | 2 |", "[a](tg://x)", "<tg://x>", "ftp://a.example/x",
        "\\[\\text{tg://x}\\]", "tg:||//x||", "# tg://x", "- tg://x",
    ],
)  # fmt: skip
def test_no_text_becomes_a_link_of_another_scheme(markdown: str) -> None:
    for say in (*format_answer(markdown), format_draft(markdown)):
        assert foreign_addresses(say) == []
        assert all(entity.url in {None, "https://a.example"} for entity in say.entities)


def test_an_address_in_code_is_left_as_it_is() -> None:
    (say,) = format_answer("`tg://resolve` and\n```\nredis://localhost\n```")

    assert say.text == "tg://resolve and\n\nredis://localhost"


def test_web_addresses_in_text_are_left_as_they_are() -> None:
    text = "see https://a.example/x and http://b.example"

    assert format_answer(text)[0].text == text
