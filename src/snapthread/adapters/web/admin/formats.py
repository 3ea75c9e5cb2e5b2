"""Numbers as people read them: dollars, durations, sizes, days."""

from datetime import date
from typing import Final

from snapthread.adapters.web.admin.figure import Cell, CellKind
from snapthread.adapters.web.admin.language import tr
from snapthread.texts.numbers import UNKNOWN, dollars

ERASED: Final = "erased"
EVERYBODY: Final = "everybody"
MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_SHORT: Final = ((1_000_000_000, "B"), (1_000_000, "M"), (1000, "k"))
_SIZES: Final = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))


def format_cell(cell: Cell, kind: CellKind) -> str:
    if cell is None:
        return tr(UNKNOWN)
    match kind:
        case "micros":
            return dollars(int(cell))
        case "ms":
            return duration(int(cell))
        case "bytes":
            return size(int(cell))
        case "count":
            return f"{cell:,}"
        case "user":
            return str(cell) if cell else tr(ERASED)
        case "whose":
            return str(cell) if cell else tr(EVERYBODY)
        case "seconds":
            return minutes(int(cell))
        case "number" | "conversation":
            return str(cell)
        case "day":
            return day(str(cell))
        case "text":
            return tr(str(cell).replace("_", " "))


def short(number: int, kind: CellKind) -> str:
    """For an axis: 12k, $0.40, 1:20 of minutes."""
    if kind == "micros":
        whole, _, cents = f"{number / 1_000_000:,.6f}".rstrip("0").partition(".")
        return f"${whole}.{cents:0<2}" if cents else f"${whole}"
    if kind == "seconds":
        return f"{number // 60}:{number % 60:02}"
    for unit, sign in _SHORT:
        if number >= unit:
            return f"{number / unit:.3g}{sign}"
    return str(number)


def duration(ms: int) -> str:
    if ms < 1000:
        return f"{ms} {tr('ms')}"
    if ms < 60_000:
        return f"{ms / 1000:.1f} {tr('s')}"
    return f"{ms / 60_000:.1f} {tr('min')}"


def minutes(seconds: int) -> str:
    return f"{seconds / 60:.1f} {tr('min')}" if seconds else f"0 {tr('min')}"


def size(size_bytes: int) -> str:
    for unit, sign in _SIZES:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {sign}"
    return f"{size_bytes} B"


def day(iso: str) -> str:
    at = date.fromisoformat(iso)
    return f"{at.day} {tr(MONTHS[at.month - 1])}"
