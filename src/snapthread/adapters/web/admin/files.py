"""A figure as a CSV file (RFC 4180), safe to open in a spreadsheet."""

import csv
from io import StringIO
from typing import Final

from snapthread.adapters.web.admin.figure import Cell, Column, Figure

# What a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(figure: Figure) -> str:
    """Dollars, milliseconds, bytes; empty where not known."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(_name(column) for column in figure.columns)
    writer.writerows(
        [_csv_cell(cell, column) for cell, column in zip(row, figure.columns, strict=True)]
        for row in figure.rows
    )
    return written.getvalue()


def _name(column: Column) -> str:
    return column.name.replace("_micros", "_dollars") if column.kind == "micros" else column.name


def _csv_cell(cell: Cell, column: Column) -> Cell:
    if column.kind == "micros" and isinstance(cell, int):
        return f"{cell // 1_000_000}.{cell % 1_000_000:06}" if cell else 0
    return _plain(cell)


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell
