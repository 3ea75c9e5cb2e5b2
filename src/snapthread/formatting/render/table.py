"""Tables in a monospace font: columns aligned on a phone, or a list where they cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from snapthread.formatting.render.cells import longest_part, pad, width, wrap
from snapthread.formatting.tree import (
    Block,
    Heading,
    Inline,
    Item,
    Link,
    List,
    Paragraph,
    Row,
    Styled,
    Table,
    Text,
    plain_text,
)

# A phone in portrait shows about 36 to 42 cells of a monospace font before it breaks the line.
_PHONE_CELLS: Final = 40
# Up to here columns are narrowed and their cells wrapped; a wider table is told row by row.
_TABLE_CELLS_MAX: Final = 60
_BETWEEN: Final = " | "

_Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as aligned text. Each further message begins with the header again."""

    header: str
    body: str


def lay_out(table: Table) -> Grid | tuple[Block, ...]:
    if _total([1] * len(table.header.cells)) > _TABLE_CELLS_MAX or _has_links(table):
        return tuple(_spell_out(table))
    header = _texts(table.header)
    rows = [_texts(row) for row in table.rows]
    widths = [max(map(_width, column)) for column in zip(header, *rows, strict=True)]
    narrow = _narrow(widths, [header, *rows])
    if narrow is None:
        return tuple(_spell_out(table))
    return _grid(table, header, rows, narrow)


def _has_links(table: Table) -> bool:
    """Text in a monospace font holds no link: its address would be lost."""
    cells = (cell for row in (table.header, *table.rows) for cell in row.cells)
    return any(isinstance(inline, Link) and inline.url for cell in cells for inline in cell)


def _texts(row: Row) -> _Texts:
    return tuple(_cell_text(cell) for cell in row.cells)


def _cell_text(cell: tuple[Inline, ...]) -> str:
    return plain_text(cell).strip()


def _width(text: str) -> int:
    return max(map(width, text.split("\n")))


def _total(widths: list[int]) -> int:
    return sum(widths) + len(_BETWEEN) * (len(widths) - 1)


def _narrow(widths: list[int], rows: list[_Texts]) -> list[int] | None:
    """Widths that fit a phone, if there are any."""
    if _total(widths) > _TABLE_CELLS_MAX:
        return None
    least = [max(map(longest_part, column)) for column in zip(*rows, strict=True)]
    widths = list(widths)
    while _total(widths) > _PHONE_CELLS:
        slack = [have - need for have, need in zip(widths, least, strict=True)]
        if max(slack) <= 0:
            return None
        widest = max(range(len(widths)), key=lambda column: (slack[column] > 0, widths[column]))
        widths[widest] -= 1
    return widths


def _grid(table: Table, header: _Texts, rows: list[_Texts], widths: list[int]) -> Grid:
    lines = [_row_lines(table, row, widths) for row in rows]
    is_wrapped = any(len(row) > 1 for row in lines)
    rule = "-|-".join("-" * cells for cells in widths)
    head = "\n".join([*_row_lines(table, header, widths), rule])
    between = f"\n{rule}\n" if is_wrapped else "\n"
    return Grid(header=head, body=between.join("\n".join(row) for row in lines))


def _row_lines(table: Table, row: _Texts, widths: list[int]) -> list[str]:
    cells = [
        [line for part in text.split("\n") for line in wrap(part, room)]
        for text, room in zip(row, widths, strict=True)
    ]
    return [
        _BETWEEN.join(
            pad(part, room, alignment)
            for part, room, alignment in zip(parts, widths, table.alignments, strict=True)
        ).rstrip()
        for parts in zip_longest(*cells, fillvalue="")
    ]


def _spell_out(table: Table) -> Iterator[Block]:
    """A table as "heading: value", row by row; with two columns one line for each row."""
    if len(table.header.cells) == 2:
        yield from _spell_out_pairs(table)
        return
    for row in table.rows:
        (title, first), *others = zip(table.header.cells, row.cells, strict=True)
        yield Heading(level=3, children=_with_label(title, first))
        yield List(items=tuple(_item(_with_label(*pair)) for pair in others if pair[1]))
    if not table.rows:
        yield List(items=tuple(_item(cell) for cell in table.header.cells))


def _spell_out_pairs(table: Table) -> Iterator[Block]:
    left, right = table.header.cells
    yield Heading(level=3, children=(*left, Text(text=" — "), *right))
    yield List(
        items=tuple(
            _item((Styled(style="bold", children=row.cells[0]), Text(text=": "), *row.cells[1]))
            for row in table.rows
        )
    )


def _with_label(label: tuple[Inline, ...], value: tuple[Inline, ...]) -> tuple[Inline, ...]:
    if not plain_text(label).strip():
        return value
    return (*label, Text(text=": "), *value)


def _item(children: tuple[Inline, ...]) -> Item:
    return Item(blocks=(Paragraph(children=children),))
