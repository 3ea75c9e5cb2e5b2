"""The document as we see it: blocks and inlines, free of Markdown and of Telegram."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Style = Literal["bold", "italic", "underline", "strikethrough", "spoiler"]
Alignment = Literal["None", "Left", "Center", "Right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """Displayed maths, readable: it stands on lines of its own."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBreak:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    style: Style
    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link or an image. `url` is what the author wrote: not yet judged."""

    url: str
    children: "tuple[Inline, ...]"
    is_image: bool = False


Inline = Text | Code | Formula | LineBreak | Styled | Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    blocks: "tuple[Block, ...]"
    is_done: bool | None = None  # of a task list


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    items: tuple[Item, ...]
    start: int | None = None  # of a numbered list


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    alignments: tuple[Alignment, ...]
    header: "Row"
    rows: "tuple[Row, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    cells: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A footnote, numbered in the order in which the text refers to it."""

    number: int
    blocks: "tuple[Block, ...]"


Block = Paragraph | Heading | CodeBlock | Quote | List | Table | Rule | Footnote


def plain_text(children: Iterable[Inline], line_break: str = "\n") -> str:
    """The words of inlines, without any style."""
    parts: list[str] = []
    for child in children:
        match child:
            case Text() | Code() | Formula():
                parts.append(child.text)
            case LineBreak():
                parts.append(line_break)
            case Styled() | Link():
                parts.append(plain_text(child.children, line_break))
    return "".join(parts)
