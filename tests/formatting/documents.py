"""Markdown made from a tree, so that a test knows which words must be seen."""

import string
from dataclasses import dataclass

from hypothesis import strategies as st

# What Markdown is made of, in any order, with text of many scripts between.
FRAGMENTS = [
    "**", "*", "_", "__", "~~", "~", "`", "``", "```", "```python\n", "~~~\n", "||", "|", "[", "]",
    "](", "(", ")", "![", "](https://a.example/x)", "](tg://resolve?domain=a)",
    "<https://a.example>", "<b>", "</b>", "<div>", "<!--", "-->", "<br>", "<i>", "</i>",
    "<sub>", "</sub>", "<code>", "</code>", "<think>", "</think>", "<pre>", "</pre>", "<li>",
    "<td>", "</td>",
    '<a href="https://a.example/x">', "<a href=tel:+44>", "</a>", "<img src=x alt=y>",
    "](tel:+441)", "\n", "\n\n", "\n> ",
    "\n>> ", "\n- ", "\n* ", "\n1. ", "\n  - ", "\n    ", "\n# ", "\n### ", "\n---\n", "\n===\n",
    "\n| a | b |\n|---|---|\n| ", " | ", " |\n", "\\(", "\\)", "\\[", "\\]", "$", "$$",
    "\\frac{a}{b}", "^2", "_{i}", "\\alpha ", "{", "}", "\\", "\\*", "\\\\", "&amp;", "&#42;", "&",
    "[^1]", "\n[^1]: ", "- [ ] ", "- [x] ", "[!NOTE]", "tg://", "ton://x", "javascript:",
    "https://b.example", " ", "  \n", "\t", ":", ".", "word", "слово", "كلمة", "字", "𝒳", "é",
    "👨‍👩‍👧", "🇩🇪", "👍🏽", "a", "1", "5", "\u200d", "\u2028", "\r\n", "\0", "\ud83d", "\udc00",
    "\ufdd0", "\ufdd2", "\ufdd5", "\u202e", "\ufeff",
]  # fmt: skip

markdown_soup = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)
any_text = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet=string.printable, max_size=60
)
anything = markdown_soup | any_text


@dataclass(frozen=True)
class Written:
    """Markdown, and the words in it that a reader must find, in their order."""

    markdown: str
    words: tuple[str, ...]


_LETTERS = "abcxyzабвгдאבגابت字名𝒳é"
_words = st.text(alphabet=_LETTERS, min_size=1, max_size=6).map(lambda word: f"w{word}q")


def _plain(words: list[str]) -> Written:
    return Written(" ".join(words), tuple(words))


_texts = st.lists(_words, min_size=1, max_size=4).map(_plain)


def _wrapped(before: str, after: str) -> st.SearchStrategy[Written]:
    return _texts.map(lambda text: Written(before + text.markdown + after, text.words))


_inlines = st.one_of(
    _texts,
    _wrapped("**", "**"),
    _wrapped("*", "*"),
    _wrapped("***", "***"),
    _wrapped("~~", "~~"),
    _wrapped("||", "||"),
    _wrapped("`", "`"),
    _wrapped("**a `", "` b**"),
    _wrapped("[", "](https://a.example/path)"),
    _wrapped("[", "](tg://resolve?domain=x)"),
    _wrapped("![", "](https://a.example/p.png)"),
    _wrapped("<b>", "</b>"),
    _wrapped("<u>**", "**</u>"),
    _wrapped("<think>hidden</think>", "<br>"),
    _wrapped("[", "](../docs)"),
    _wrapped("**~~*", "*~~**"),
)


def _spaced(parts: list[Written], between: str = " ") -> Written:
    return Written(
        between.join(part.markdown for part in parts),
        tuple(word for part in parts for word in part.words),
    )


_lines = st.lists(_inlines, min_size=1, max_size=4).map(_spaced)


def _each_line(prefix: str, hanging: str, body: Written) -> Written:
    first, *rest = body.markdown.split("\n")
    lines = [prefix + first, *(hanging + line if line else line for line in rest)]
    return Written("\n".join(lines), body.words)


def _table(rows: list[list[Written]]) -> Written:
    lines = [_each_line("| ", "", _spaced([*row, Written("", ())], " | ")) for row in rows]
    rule = Written("|" + "---|" * len(rows[0]), ())
    return _spaced([lines[0], rule, *lines[1:]], "\n")


# Small enough for a phone: a wider table has its words in another order.
_cells = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=8).map(
    lambda word: _plain([f"w{word}q"])
)


def _tables_of(columns: int, cells: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    row = st.lists(cells, min_size=columns, max_size=columns)
    return st.lists(row, min_size=1, max_size=4).map(_table)


_tables = st.integers(min_value=1, max_value=3).flatmap(lambda count: _tables_of(count, _cells))
_long_cells = st.lists(_cells, min_size=1, max_size=5).map(_spaced)
any_table = st.integers(min_value=1, max_value=7).flatmap(
    lambda count: _tables_of(count, _long_cells)
)

blocks: st.SearchStrategy[Written] = st.recursive(
    st.one_of(
        _lines,
        _lines.map(lambda line: Written("## " + line.markdown, line.words)),
        _wrapped("```py\n", "\n```"),
        _tables,
        _texts.map(lambda text: Written(f"\\[ \\text{{{text.markdown}}} \\]", text.words)),
    ),
    lambda inner: st.one_of(
        inner.map(lambda body: _each_line("> ", "> ", body)),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: _spaced([_each_line("- ", "  ", item) for item in items], "\n")
        ),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: _spaced([_each_line("7. ", "   ", item) for item in items], "\n")
        ),
    ),
    max_leaves=6,
)

written_documents = st.lists(blocks, min_size=1, max_size=5).map(
    lambda found: _spaced(found, "\n\n")
)
