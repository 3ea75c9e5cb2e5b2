"""The document tree written down: blocks and inlines onto a canvas."""

from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from snapthread.formatting.render.canvas import Canvas
from snapthread.formatting.render.gaps import ShownBlock, gap_between
from snapthread.formatting.render.links import allowed_url, readable_target
from snapthread.formatting.render.table import Grid, lay_out
from snapthread.formatting.tree import (
    Block,
    Code,
    CodeBlock,
    Footnote,
    Formula,
    Heading,
    Inline,
    Item,
    LineBreak,
    Link,
    List,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
    plain_text,
)

_BULLETS: Final = "•◦"
_INDENT: Final = "    "  # spaces are narrow in a proportional font: four are about "1. "
_RULE: Final = "———"
_NO_PICTURE: Final = "🖼"  # an image without a description and without a usable address


def lay_out_tables(blocks: Iterable[Block]) -> Iterator[ShownBlock]:
    """Blocks with each table laid out."""
    for block in blocks:
        if not isinstance(block, Table):
            yield block
            continue
        table = lay_out(block)
        if isinstance(table, Grid):
            yield table
        else:
            yield from table


def write_block(canvas: Canvas, block: ShownBlock, depth: int = 0) -> None:
    match block:
        case Paragraph():
            write_inlines(canvas, block.children)
        case Heading():
            with canvas.within("bold"):
                write_inlines(canvas, block.children)
        case CodeBlock():
            canvas.code_block(block.text, block.language)
        case Grid():
            canvas.code_block(f"{block.header}\n{block.body}".rstrip())
        case Quote():
            _write_quote(canvas, block)
        case List():
            _write_list(canvas, block, depth)
        case Rule():
            canvas.write(_RULE)
        case Footnote():
            write_item(canvas, Item(blocks=block.blocks), f"[{block.number}]", depth)
        case Table():
            _write_inside_item(canvas, [block], depth)
        case _:
            assert_never(block)


def _write_quote(canvas: Canvas, quote: Quote) -> None:
    before: ShownBlock | None = None
    with canvas.from_the_left(), canvas.within("blockquote"):
        for block in lay_out_tables(quote.blocks):
            _begin_line(canvas)
            if before is not None and gap_between(before, block) == "\n\n":
                canvas.end_line()
            write_block(canvas, block)
            before = block


def _write_inside_item(canvas: Canvas, blocks: Iterable[Block], depth: int) -> None:
    """The first block stands beside the bullet, unless it needs lines of its own."""
    for number, block in enumerate(lay_out_tables(blocks)):
        if number or isinstance(block, CodeBlock | Grid | Quote):
            _begin_line(canvas)
        write_block(canvas, block, depth)


def _begin_line(canvas: Canvas) -> None:
    if not canvas.is_line_start:
        canvas.end_line()


def _write_list(canvas: Canvas, block: List, depth: int) -> None:
    for number, (item, marker) in enumerate(marked_items(block, depth)):
        if number:
            canvas.end_line()
        write_item(canvas, item, marker, depth)


def marked_items(block: List, depth: int) -> Iterator[tuple[Item, str]]:
    for number, item in enumerate(block.items):
        if block.start is not None:
            marker = f"{block.start + number}."
        else:
            marker = _BULLETS[depth % len(_BULLETS)] if item.is_done is None else ""
        box = {True: "☑", False: "☐", None: ""}[item.is_done]
        yield item, f"{marker} {box}".strip()


def write_item(canvas: Canvas, item: Item, marker: str, depth: int) -> None:
    canvas.bullet(marker)
    with canvas.indent(_INDENT):
        _write_inside_item(canvas, item.blocks, depth + 1)


def write_inlines(canvas: Canvas, children: Iterable[Inline]) -> None:
    for child in children:
        match child:
            case Text():
                canvas.write(child.text)
            case Code():
                canvas.code(child.text)
            case LineBreak():
                _begin_line(canvas)
            case Styled():
                with canvas.within(child.style):
                    write_inlines(canvas, child.children)
            case Link():
                _write_link(canvas, child)
            case Formula():
                _write_formula(canvas, child)
            case _:
                assert_never(child)


def _write_link(canvas: Canvas, link: Link) -> None:
    url = allowed_url(link.url)
    children = link.children
    if not plain_text(children).strip():
        children = (Text(text=url or (_NO_PICTURE if link.is_image else "")),)
    if url is None:
        write_inlines(canvas, children)
        _write_target(canvas, link.url, plain_text(children))
        return
    with canvas.within("text_link", url):
        write_inlines(canvas, children)


def _write_target(canvas: Canvas, url: str, label: str) -> None:
    """An address that may not be a link is told behind its words: a number as text, which apps
    make callable, anything else as code, which they leave alone."""
    target = readable_target(url)
    if not target.text or target.text in label or canvas.is_inside("text_link"):
        return
    canvas.write(" (" if label.strip() else "(")
    if target.is_number:
        canvas.write(target.text)
    else:
        canvas.code(target.text)
    canvas.write(")")


def _write_formula(canvas: Canvas, formula: Formula) -> None:
    if not canvas.is_after_bullet:
        _begin_line(canvas)
    canvas.write(formula.text)
    canvas.end_line()
