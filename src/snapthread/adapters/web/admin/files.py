"""A figure as a CSV file (RFC 4180), safe to open in a spreadsheet."""

import csv
from io import StringIO
from typing import Final

from snapthread.adapters.web.admin.figure import Cell, Figure

# What a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(figure: Figure) -> str:
    """Numbers as they are kept: micro-dollars, milliseconds, bytes; empty where not known."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(column.name for column in figure.columns)
    writer.writerows([_plain(cell) for cell in row] for row in figure.rows)
    return written.getvalue()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return cell
