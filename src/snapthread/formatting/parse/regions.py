"""The places of code, HTML and table rows, as the parser sees them before anything is changed."""

import re
from dataclasses import dataclass, field
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.parser import character_ranges, events, pair

_Range = tuple[int, int]

# An address in angle brackets stays a link; every other "<" is text.
_TAG_START: Final = re.compile(r"<(?!(?:https?://|mailto:)[^\s<>]*>)", re.IGNORECASE)
_CODE_SPAN: Final = re.compile(r"(?<!`)(`+)(?!`)[^`\n]*(?<!`)\1(?!`)")
_BARE_PIPE: Final = re.compile(r"(?<!\\)\|")


@dataclass(slots=True, kw_only=True)
class Regions:
    """Ranges in characters."""

    code: list[_Range] = field(default_factory=list)
    html: list[_Range] = field(default_factory=list)
    rows: list[_Range] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)  # of each row's table

    def mask_code(self, text: str) -> str:
        parts: list[str] = []
        done = 0
        for start, end in self.code:
            parts += [text[done:start], marks.CODE * (end - start)]
            done = end
        return "".join([*parts, text[done:]])

    def hide_tags(self, text: str) -> str:
        """HTML becomes text, so the Markdown inside it is read."""
        parts: list[str] = []
        done = 0
        for start, end in self.html:
            parts += [text[done:start], without_tags(text[start:end])]
            done = end
        return "".join([*parts, text[done:]])

    def hide_pipes(self, text: str, masked: str) -> str:
        """No pipe in a row's code divides cells, and none makes more cells than there are columns.

        The parser, as GitHub, would cut code in two and drop the surplus cells.
        """
        parts: list[str] = []
        done = 0
        for (start, end), columns in zip(self.rows, self.columns, strict=True):
            row = _code_pipes_hidden(text[start:end])
            parts += [text[done:start], _surplus_pipes_hidden(row, masked[start:end], columns)]
            done = end
        return "".join([*parts, text[done:]])


def without_tags(html: str) -> str:
    return _TAG_START.sub(marks.LESS_THAN, html)


def _code_pipes_hidden(row: str) -> str:
    characters = list(row)
    for span in _CODE_SPAN.finditer(row):
        for pipe in _BARE_PIPE.finditer(row, span.start(), span.end()):
            characters[pipe.start()] = marks.PIPE
    return "".join(characters)


def _surplus_pipes_hidden(row: str, masked: str, columns: int) -> str:
    first = len(row) - len(row.lstrip())
    last = len(row.rstrip()) - 1
    inner = [
        pipe.start()
        for pipe in _BARE_PIPE.finditer(row)
        if first < pipe.start() < last and masked[pipe.start()] == "|"
    ]
    characters = list(row)
    for place in inner[columns - 1 :]:
        characters[place] = marks.PIPE
    return "".join(characters)


def find_regions(text: str) -> Regions:
    code: list[_Range] = []
    html: list[_Range] = []
    rows: list[_Range] = []
    columns: list[int] = []
    width = 0
    for kind, value, start, end in events(text):
        opened, details = pair(value) if kind == "Start" else (kind, None)
        match opened:
            case "Code" | "CodeBlock":
                code.append((start, end))
            case "InlineHtml" | "HtmlBlock":
                html.append((start, end))
            case "Table":
                width = len(details or ())
            case "TableRow":
                rows.append((start, end))
                columns.append(width)
    raw = text.encode()
    return Regions(
        code=character_ranges(raw, code),
        html=character_ranges(raw, html),
        rows=character_ranges(raw, rows),
        columns=columns,
    )
