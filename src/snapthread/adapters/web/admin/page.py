"""The page itself: HTML without a script, made of the figures of a report."""

from collections.abc import Iterator, Sequence
from typing import Final

from snapthread.adapters.web.admin import charts, parts
from snapthread.adapters.web.admin.figure import Cell, Column, Figure, Kind
from snapthread.adapters.web.admin.language import spoken, tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, joined
from snapthread.adapters.web.admin.reading import Report
from snapthread.adapters.web.admin.shown import day, shown
from snapthread.adapters.web.admin.status import Status, uptime

PERIODS: Final = (7, 30, 90)
ROWS_MAX: Final = 20  # of a long table; its CSV has all
LOOKS: Final = {"refused": "busy", "interrupted": "busy", "failed": "wrong", "dead_letter": "wrong"}
TILES: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("cost_micros", "Cost", "micros"),
    ("users", "Users", "count"),
    ("messages", "Messages", "count"),
    ("images", "Images", "count"),
    ("image_tokens", "Image tokens", "count"),
    ("files", "Files at OpenAI now", "count"),
)


def login_page(told: str = "") -> Html:
    note = parts.WRONG_LOGIN(told=tr(told)) if told else NOTHING
    return parts.WHOLE(body=parts.LOGIN(note=note), refresh=NOTHING, language=spoken())


def report_page(report: Report) -> Html:
    main = parts.MAIN(cards=joined((_tiles(report), *_cards(report))))
    return parts.WHOLE(
        body=joined((_top(report), main)), refresh=parts.REFRESH(), language=spoken()
    )


def _top(report: Report) -> Html:
    periods = (
        (parts.PERIOD_SHOWN if days == report.days else parts.PERIOD)(days=days) for days in PERIODS
    )
    return parts.TOP(day=day(report.at.date().isoformat()), at=report.at, periods=joined(periods))


def _tiles(report: Report) -> Html:
    tiles = (
        parts.TILE(name=tr(name), value=shown(report.totals[key], kind))
        for key, name, kind in TILES
    )
    return parts.TILES(days=report.days, tiles=joined(tiles))


# ---------------------------------------------------------------- cards


def _cards(report: Report) -> Iterator[Html]:
    figures = report.figures
    if report.status:
        yield from _status_cards(report, report.status)
    yield _day_card(figures["cost"], report, "wide")
    for key in ("messages", "users", "images", "image_tokens"):
        yield _day_card(figures[key], report)
    yield _latency(figures["latency"], report)
    yield _shares(figures["outcomes"], report, 2)
    yield _shares(figures["files"], report, 1)
    yield _card(figures["waiting"], report)
    yield _card(figures["models"], report, "wide")
    yield _card(figures["people"], report, "wide")


def _status_cards(report: Report, status: Status) -> Iterator[Html]:
    yield parts.STATUS(
        look="good" if status.is_ready else "bad",
        told=tr("Ready" if status.is_ready else "Not ready"),
        reasons=joined(parts.REASON(reason=reason) for reason in status.reasons),
        version=status.version,
        name=status.name,
        up=uptime(status.up),
    )
    figures = report.figures
    yield _card(figures["problems"], report, "wide")
    yield _card(figures["running"], report)
    yield _dead_card(figures["dead"], report)


def _dead_card(figure: Figure, report: Report) -> Html:
    """Each with a button that asks it again."""
    if not figure.rows:
        return _empty(figure, report)
    buttons = [parts.REPLAY(id=row[0]) for row in figure.rows[:ROWS_MAX]]
    table = _table(figure.columns, figure.rows)
    return _framed(figure, report, joined((table, *buttons)))


def _framed(figure: Figure, report: Report, inside: Html, look: str = "") -> Html:
    return parts.CARD(
        look=look,
        key=figure.key,
        title=tr(figure.title),
        days=report.days,
        note=parts.NOTE(note=tr(figure.note)) if figure.note else NOTHING,
        inside=inside,
    )


def _day_card(figure: Figure, report: Report, look: str = "") -> Html:
    """A chart, and below it the same as a table; the newest day first."""
    unpriced = _unpriced(figure)
    if not any(figure.column(1)):
        return _empty(figure, report, look, unpriced)
    table = parts.FOLDED(table=_table(figure.columns, figure.rows[::-1]))
    return _framed(figure, report, joined((unpriced, charts.by_day(figure), table)), look)


def _unpriced(figure: Figure) -> Html:
    """A cost that is not all of it must say so."""
    turns = sum(int(turns or 0) for turns in figure.column(2)) if len(figure.columns) > 2 else 0
    if not turns:
        return NOTHING
    return parts.UNPRICED(turns=turns)


def _card(figure: Figure, report: Report, look: str = "") -> Html:
    if not figure.rows:
        return _empty(figure, report, look)
    return _framed(figure, report, _table(figure.columns, figure.rows), look)


def _empty(figure: Figure, report: Report, look: str = "", note: Html = NOTHING) -> Html:
    return _framed(figure, report, note or parts.EMPTY(), look)


def _latency(figure: Figure, report: Report) -> Html:
    if not figure.rows:
        return _empty(figure, report)
    highest = max(int(cell or 0) for cell in figure.column(2))
    bars = [charts.span(int(row[1] or 0), int(row[2] or 0), highest) for row in figure.rows]
    return _framed(figure, report, _table(figure.columns, figure.rows, bars))


def _shares(figure: Figure, report: Report, place: int) -> Html:
    """A table with a bar in each row, of the column at this place."""
    if not any(figure.column(place)):
        return _empty(figure, report)
    highest = max(int(cell or 0) for cell in figure.column(place))
    bars = [
        charts.bar(int(row[place] or 0), highest, LOOKS.get(str(row[0]), "bar"))
        for row in figure.rows
    ]
    return _framed(figure, report, _table(figure.columns, figure.rows, bars))


# ---------------------------------------------------------------- tables


def _table(
    columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], bars: Sequence[Html] = ()
) -> Html:
    """With a bar behind the first cell's words where there are bars."""
    more = 0 if bars else len(rows) - ROWS_MAX
    return parts.TABLE(
        heads=joined(parts.HEAD(side=_side(c), heading=tr(c.heading)) for c in columns),
        rows=joined(_rows(columns, rows if bars else rows[:ROWS_MAX], bars)),
        rest=parts.REST(more=more) if more > 0 else NOTHING,
    )


def _rows(
    columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], bars: Sequence[Html]
) -> Iterator[Html]:
    for place, row in enumerate(rows):
        first, *others = zip(row, columns, strict=True)
        yield parts.ROW(
            first=shown(first[0], first[1].kind),
            bar=bars[place] if bars else NOTHING,
            cells=joined(
                parts.CELL(side=_side(column), text=shown(cell, column.kind))
                for cell, column in others
            ),
        )


def _side(column: Column) -> str:
    return "text" if column.kind in ("text", "day", "user") else "number"
