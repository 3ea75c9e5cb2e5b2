"""Containers that the parser opened and closed become nodes of the document tree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from snapthread.formatting.parse import marks
from snapthread.formatting.parse.inlines import finish
from snapthread.formatting.parse.source import Source
from snapthread.formatting.tree import (
    Block,
    CodeBlock,
    Footnote,
    Heading,
    Inline,
    Item,
    Link,
    List,
    Paragraph,
    Quote,
    Row,
    Rule,
    Style,
    Styled,
    Table,
    Text,
    plain_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    children: tuple[Inline, ...]


Node = Inline | Block | Item | Row | Cell

_STYLES: Final[dict[str, Style]] = {
    "Emphasis": "italic",
    "Strong": "bold",
    "Strikethrough": "strikethrough",
}
_ALERTS: Final = {
    "Note": "ℹ️ NOTE",
    "Tip": "💡 TIP",
    "Important": "❗ IMPORTANT",
    "Warning": "⚠️ WARNING",
    "Caution": "🛑 CAUTION",
}
_TITLE_MAX: Final = 80  # a longer line above "---" is a paragraph above a rule


@dataclass(slots=True, kw_only=True)
class Frame:
    """An open container, its place in the source in bytes, and what it holds so far."""

    kind: str
    value: Any = None  # as the parser gives it; of a footnote its number
    start: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)
    is_left_out: bool = False
    is_done: bool | None = None


def build(frame: Frame, source: Source) -> list[Node]:
    """The nodes that a closed frame gives to its parent."""
    if frame.is_left_out:
        return list(_contents(frame.children))
    match frame.kind:
        case "Emphasis" | "Strong" | "Strikethrough":
            return _apply_style(frame, source)
        case "Link" | "Image":
            return [_link(frame, source)]
        case "Paragraph" | "HtmlBlock":
            return list(blocks(frame.children, source))
        case "Heading":
            return _heading(frame, source)
        case "CodeBlock":
            return _code_block(frame, source)
        case "Table":
            return [_table(frame)]
        case "TableHead" | "TableRow":
            cells = (cell.children for cell in frame.children if isinstance(cell, Cell))
            return [Row(cells=tuple(cells))]
        case "TableCell":
            return [Cell(children=finish(_inlines(frame.children), source))]
        case _:
            return [_container(frame, source)]


def _container(frame: Frame, source: Source) -> Node:
    if frame.kind == "List":
        items = tuple(item for item in frame.children if isinstance(item, Item))
        return List(items=items, start=frame.value)
    inside = tuple(blocks(frame.children, source))
    match frame.kind:
        case "BlockQuote":
            return Quote(blocks=(*_alert(frame.value), *inside))
        case "FootnoteDefinition":
            return Footnote(number=frame.value, blocks=inside)
        case _:
            return Item(blocks=inside, is_done=frame.is_done)


def blocks(children: Iterable[Node], source: Source) -> Iterator[Block]:
    """Blocks as they are; inlines among them gathered into paragraphs."""
    waiting: list[Inline] = []
    for child in children:
        if isinstance(child, Inline):
            waiting.append(child)
            continue
        yield from _paragraph(waiting, source)
        waiting = []
        if isinstance(child, Block):
            yield child
    yield from _paragraph(waiting, source)


def _paragraph(children: list[Inline], source: Source) -> Iterator[Block]:
    if inlines := finish(children, source):
        yield Paragraph(children=inlines)


def _contents(children: Iterable[Node]) -> Iterator[Node]:
    for child in children:
        if isinstance(child, Item):
            yield from child.blocks
        else:
            yield child


def _inlines(children: Iterable[Node]) -> Iterator[Inline]:
    return (child for child in children if isinstance(child, Inline))


def _apply_style(frame: Frame, source: Source) -> list[Node]:
    inside = list(_inlines(frame.children))
    if literal := _literal_marker(frame, source.raw):
        sign = Text(text="".join(marks.ESCAPED + character for character in literal))
        return [sign, *inside, sign]
    return [Styled(style=_STYLES[frame.kind], children=finish(inside, source))]


def _literal_marker(frame: Frame, raw: bytes) -> str:
    """The marker, where it is meant as text: "2*3*4", "from ~5 to 10~"; else nothing."""
    marker = raw[frame.start : frame.start + 1].decode()
    if frame.kind == "Strikethrough":
        return "" if raw[frame.start : frame.start + 2] == b"~~" else marker
    width = 2 if frame.kind == "Strong" else 1
    before = raw[frame.start - 1 : frame.start] if frame.start else b""
    after = raw[frame.start + width : frame.start + width + 1]
    return marker * width if before.isalnum() and after.isalnum() else ""


def _link(frame: Frame, source: Source) -> Link:
    url = source.restore(frame.value["dest_url"])
    if frame.value["link_type"] == "Email":
        url = f"mailto:{url}"
    children = finish(_inlines(frame.children), source)
    if frame.value["link_type"] == "Shortcut" and plain_text(children).isdigit():
        children = (
            Text(text="["),
            *children,
            Text(text="]"),
        )  # a source, "[1]", keeps its brackets
    return Link(url=url, children=children, is_image=frame.kind == "Image")


def _heading(frame: Frame, source: Source) -> list[Node]:
    children = finish(_inlines(frame.children), source)
    written = source.raw[frame.start : frame.end].strip()
    is_title = written.startswith(b"#") or len(written.decode()) <= _TITLE_MAX
    if not children:
        return []
    if not is_title and written.endswith(b"-"):
        return [Paragraph(children=children), Rule()]
    level = int(frame.value["level"][1:])
    return [Heading(level=level, children=children)]


def _code_block(frame: Frame, source: Source) -> list[Node]:
    text = "".join(child.text for child in frame.children if isinstance(child, Text))
    is_fenced = isinstance(frame.value, dict)
    info = source.restore(frame.value["Fenced"]) if is_fenced else ""
    if not text.strip():  # then the code was written beside the fence
        return [CodeBlock(text=info)] if info.strip() else []
    words = info.replace("{", " ").replace("}", " ").split()
    return [CodeBlock(text=text.rstrip(), language=words[0][:40] if words else None)]


def _table(frame: Frame) -> Table:
    columns = len(frame.value)
    rows = [of_width(row, columns) for row in frame.children if isinstance(row, Row)]
    return Table(alignments=tuple(frame.value), header=rows[0], rows=tuple(rows[1:]))


def of_width(row: Row, columns: int) -> Row:
    """The parser fills up short rows, but stops doing so in a table that would grow too large."""
    return Row(cells=(*row.cells, *[()] * (columns - len(row.cells))))


def _alert(kind: str | None) -> Iterator[Block]:
    if kind is not None:
        yield Heading(level=3, children=(Text(text=_ALERTS[kind]),))
