"""A document in pieces: the places where one message may end and the next begin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from snapthread.formatting.render.canvas import Canvas
from snapthread.formatting.render.document import (
    lay_out_tables,
    marked_items,
    write_block,
    write_item,
)
from snapthread.formatting.render.gaps import ShownBlock, gap_between, is_title
from snapthread.formatting.render.rich import Rich, trim, without_foreign_links
from snapthread.formatting.render.table import Grid
from snapthread.formatting.text import is_blank
from snapthread.formatting.tree import Block, Item, List

_LONG_ITEM: Final = 200  # characters: such items are set apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a document that a message may begin or end with."""

    rich: Rich
    gap: str = "\n\n"  # before it, unless it begins a message
    is_heading: bool = False  # stays with what follows
    repeated: str = ""  # begins each further part where the piece is cut: a table's header


def pieces_of(blocks: Iterable[Block]) -> Iterator[Piece]:
    before: ShownBlock | None = None
    for block in lay_out_tables(blocks):
        for piece in _pieces(block, gap_between(before, block)):
            if not is_blank(piece.rich.text):
                yield piece
        before = block


def _pieces(block: ShownBlock, gap: str) -> Iterator[Piece]:
    if isinstance(block, List):
        yield from _items(block, gap)
        return
    canvas = Canvas()
    write_block(canvas, block)
    yield Piece(
        rich=_ready(canvas.finish()),
        gap=gap,
        is_heading=is_title(block),
        repeated=f"{block.header}\n" if isinstance(block, Grid) else "",
    )


def _items(block: List, gap: str) -> Iterator[Piece]:
    between = "\n"
    written = [_item(item, marker) for item, marker in marked_items(block, 0)]
    if any(len(rich.text) > _LONG_ITEM for rich in written):
        between = "\n\n"
    for number, rich in enumerate(written):
        yield Piece(rich=rich, gap=between if number else gap)


def _item(item: Item, marker: str) -> Rich:
    canvas = Canvas()
    write_item(canvas, item, marker, 0)
    return _ready(canvas.finish())


def _ready(rich: Rich) -> Rich:
    return without_foreign_links(trim(rich))
