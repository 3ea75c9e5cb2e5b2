"""The end of half-written Markdown as the parser sees it: the last block, and loose markers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.delimiters import find_formulas, without_formulas
from snapthread.formatting.parse.parser import character_ranges, events, pair
from snapthread.formatting.parse.regions import Regions

# What can hold text.
_LEAVES: Final = frozenset(
    ["Paragraph", "Heading", "Item", "TableCell", "CodeBlock", "HtmlBlock", "FootnoteDefinition"]
)
_MARKER: Final = re.compile(r"[*_~]|`+|!?\[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """A marker that the parser left as text, since its other half is missing."""

    marker: str
    start: int  # in characters of the tail

    @property
    def end(self) -> int:
        return self.start + len(self.marker)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The last block that holds text. `text` is the source from there to the end."""

    kind: str
    before: str
    text: str
    loose: tuple[Loose, ...]
    masked: str  # the text with code and formulas made unreadable


@dataclass(slots=True, kw_only=True)
class _Leaf:
    kind: str
    start: int
    loose: list[tuple[int, str]] = field(default_factory=list)
    code: list[tuple[int, int]] = field(default_factory=list)


def find_tail(text: str) -> Tail:
    raw = text.encode()
    leaf = _Leaf(kind="", start=0)
    for kind, value, start, end in events(text):
        opened = pair(value)[0] if kind == "Start" else ""
        is_unwritten = opened == "TableCell" and start == end
        if opened in _LEAVES and not is_unwritten:
            leaf = _Leaf(kind=opened, start=start)
        elif leaf.kind == "Item" and kind not in {"End", "TaskListMarker"}:
            leaf = _Leaf(kind="Paragraph", start=start)  # the text right beside the bullet
        if kind == "Code":
            leaf.code.append((start - leaf.start, end - leaf.start))
        elif kind == "Text" and _MARKER.fullmatch(value) and raw[start - 1 : start] != b"\\":
            leaf.loose.append((start, value))
    return _tail(raw, leaf)


def _tail(raw: bytes, leaf: _Leaf) -> Tail:
    text = raw[leaf.start :].decode()
    code = Regions(code=character_ranges(raw[leaf.start :], leaf.code)).mask_code(text)
    masked = without_formulas(code, find_formulas(code))
    loose = (found for found in _runs(raw, leaf) if masked[found.start] != marks.CODE)
    return Tail(
        kind=leaf.kind,
        before=raw[: leaf.start].decode(),
        text=text,
        loose=tuple(loose),
        masked=masked,
    )


def _runs(raw: bytes, leaf: _Leaf) -> Iterator[Loose]:
    """The parser gives each asterisk by itself; neighbours are one marker."""
    waiting: Loose | None = None
    byte = leaf.start
    character = 0
    for start, marker in leaf.loose:
        character += len(raw[byte:start].decode())
        byte = start
        if waiting and waiting.end == character and waiting.marker[0] == marker[0] != "[":
            waiting = Loose(marker=waiting.marker + marker, start=waiting.start)
            continue
        if waiting:
            yield waiting
        waiting = Loose(marker=marker, start=character)
    if waiting:
        yield waiting


def start_of_recent(text: str, characters: int) -> int:
    """The beginning of a top-level block that at least this many characters follow."""
    latest = len(text[: len(text) - characters].encode())
    depth = place = 0
    for kind, _, start, _ in events(text):
        if kind == "Start":
            if depth == 0 and start <= latest:
                place = start
            depth += 1
        elif kind == "End":
            depth -= 1
    return len(text.encode()[:place].decode())
