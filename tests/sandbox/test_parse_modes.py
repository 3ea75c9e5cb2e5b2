"""Parse modes: taken or refused in Telegram's words."""

import pytest

from snapthread_sandbox.telegram.params import BotError
from snapthread_sandbox.telegram.parse_modes import parse
from snapthread_sandbox.wire import Json


def marks(entities: list[Json]) -> list[tuple[str, int, int]]:
    return [(one["type"], one["offset"], one["length"]) for one in entities]


TAKEN: dict[str, tuple[str, str, str, list[tuple[str, int, int]]]] = {
    "nested HTML": (
        "HTML",
        "<b>bold <i>both</i></b> &lt;&#128512;",
        "bold both <😀",
        [("bold", 0, 9), ("italic", 5, 4)],
    ),
    "offsets in UTF-16 units": ("HTML", "😀<b>x</b>", "😀x", [("bold", 2, 1)]),
    "code with a language": (
        "HTML",
        '<pre><code class="language-py">1 &amp; 2</code></pre>',
        "1 & 2",
        [("pre", 0, 5)],
    ),
    "an unknown name stays": ("HTML", "&nbsp;&amp;", "&nbsp;&", []),
    "a script is no link": ("HTML", '<a href="javascript:x">a</a>', "a", []),
    "a quote": (
        "HTML",
        "<blockquote expandable>q</blockquote>",
        "q",
        [("expandable_blockquote", 0, 1)],
    ),
    "MarkdownV2": (
        "MarkdownV2",
        "*bold _both_* __under__ ~gone~ ||hid||",
        "bold both under gone hid",
        [
            ("bold", 0, 9),
            ("italic", 5, 4),
            ("underline", 10, 5),
            ("strikethrough", 16, 4),
            ("spoiler", 21, 3),
        ],
    ),
    "a MarkdownV2 link": (
        "markdownv2",
        "[here](https://a.example/x_\\(y\\))\\.",
        "here.",
        [("text_link", 0, 4)],
    ),
    "MarkdownV2 code takes all but its own end": (
        "MarkdownV2",
        "`a*b_c` ```py\nx=1```",
        "a*b_c x=1",
        [("code", 0, 5), ("pre", 6, 3)],
    ),
    "a MarkdownV2 quote": (
        "MarkdownV2",
        ">one\n>two\nrest",
        "one\ntwo\nrest",
        [("blockquote", 0, 8)],
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_markup_becomes_entities(name: str) -> None:
    mode, source, text, entities = TAKEN[name]

    parsed, found = parse(source, mode)

    assert (parsed, marks(found)) == (text, entities)


def test_a_link_keeps_its_address() -> None:
    _, html = parse('<a href="https://a.example/?a=1&amp;b=2">x</a>', "HTML")
    _, markdown = parse("[x](https://a.example/x_\\(y\\))", "MarkdownV2")

    assert html[0]["url"] == "https://a.example/?a=1&b=2"
    assert markdown[0]["url"] == "https://a.example/x_(y)"


REFUSED = {
    "an unknown tag": ("HTML", "a <x>b</x>", 'Unsupported start tag "x" at byte offset 2'),
    "a tag left open": ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    "a wrong end": (
        "HTML",
        "<b>é</i>",
        'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"',
    ),
    "an end without a start": ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
    "half a tag": ("HTML", "1 < 2", "Unclosed start tag at byte offset 2"),
    "a plain span": ("HTML", "<span>x</span>", 'Tag "span" must have class "tg-spoiler"'),
    "a bare full stop": (
        "MarkdownV2",
        "Hello.",
        "Character '.' is reserved and must be escaped with the preceding '\\'",
    ),
    "bold left open": ("MarkdownV2", "é *x", "Can't find end of Bold entity at byte offset 3"),
    "code left open": ("MarkdownV2", "`x", "Can't find end of Code entity at byte offset 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_markup_is_refused_in_telegrams_words(name: str) -> None:
    mode, source, words = REFUSED[name]

    with pytest.raises(BotError) as refused:
        parse(source, mode)

    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert words in refused.value.description
