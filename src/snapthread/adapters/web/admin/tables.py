"""A figure's rows as a table; people in it lead to their own page."""

from collections.abc import Iterator, Sequence
from typing import Final

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.figure import Cell, CellKind, Column
from snapthread.adapters.web.admin.formats import format_cell
from snapthread.adapters.web.admin.language import tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, join

ROWS_MAX: Final = 20  # of a long table; its CSV has all
OF_TEXT: Final = frozenset({"text", "day", "user", "whose", "conversation"})
OF_ONE_PERSON: Final = "user:"  # a conversation's key, and then their id


def table(
    columns: Sequence[Column],
    rows: Sequence[tuple[Cell, ...]],
    bars: Sequence[Html] = (),
    acts: Sequence[Html] = (),
    most: int = ROWS_MAX,
) -> Html:
    """`bars`: below the first cell's words; `acts`: a form at the end of each row."""
    more = 0 if bars else len(rows) - most
    heads = [parts.HEAD(side=_side(column), heading=tr(column.heading)) for column in columns]
    if acts:
        heads.append(parts.NO_HEAD())
    return parts.TABLE(
        look=parts.ACTED() if acts else NOTHING,
        heads=join(heads),
        rows=join(_rows(columns, rows if bars else rows[:most], bars, acts)),
        rest=parts.REST(more=more) if more > 0 else NOTHING,
    )


def _rows(
    columns: Sequence[Column],
    rows: Sequence[tuple[Cell, ...]],
    bars: Sequence[Html],
    acts: Sequence[Html],
) -> Iterator[Html]:
    for place, row in enumerate(rows):
        first, *others = zip(row, columns, strict=True)
        cells = [_cell(cell, column, is_named=bool(acts)) for cell, column in others]
        if acts:
            cells.append(parts.CELL(side="acts", text=acts[place]))
        yield parts.ROW(
            first=_cell_text(first[0], first[1].kind),
            bar=bars[place] if bars else NOTHING,
            cells=join(cells),
        )


def _cell(cell: Cell, column: Column, *, is_named: bool) -> Html:
    side, text = _side(column), _cell_text(cell, column.kind)
    if is_named:
        return parts.NAMED_CELL(side=side, heading=tr(column.heading), text=text)
    return parts.CELL(side=side, text=text)


def _cell_text(cell: Cell, kind: CellKind) -> str:
    text, user_id = format_cell(cell, kind), _user_id(cell, kind)
    return parts.PERSON_LINK(id=user_id, text=text) if user_id else text


def _user_id(cell: Cell, kind: CellKind) -> str:
    told = str(cell or "")
    if kind == "conversation":
        return told.removeprefix(OF_ONE_PERSON) if told.startswith(OF_ONE_PERSON) else ""
    return told if kind in ("user", "whose") else ""


def _side(column: Column) -> str:
    return "text" if column.kind in OF_TEXT else "number"
