"""The page itself: HTML without a script, made of the figures of a report."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from snapthread.adapters.web.admin import charts
from snapthread.adapters.web.admin.figure import Cell, Column, Figure, Kind
from snapthread.adapters.web.admin.reading import Report
from snapthread.adapters.web.admin.shown import shown

PERIODS: Final = (7, 30, 90)
ROWS_MAX: Final = 20  # of a long table; its CSV has all
LOOKS: Final = {"refused": "busy", "interrupted": "busy", "failed": "wrong", "put_aside": "wrong"}
TILES: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("cost_micros", "Cost", "micros"),
    ("users", "Users", "count"),
    ("messages", "Messages", "count"),
    ("images", "Images", "count"),
    ("image_tokens", "Image tokens", "count"),
    ("files", "Files at OpenAI now", "count"),
)


def login_page(told: str = "") -> str:
    note = f'<p class="bad" role="alert">{escape(told)}</p>' if told else ""
    return _html(
        '<main class="login"><h1>Snapthread</h1><form method="post" action="/admin/login">'
        f'{note}<label for="token">Admin token</label>'
        '<input id="token" name="token" type="password" required autofocus'
        ' autocomplete="current-password"><button>Log in</button></form></main>'
    )


def report_page(report: Report) -> str:
    figures = report.figures
    by_day = [_day_card(figures[key], report) for key in ("messages", "users")]
    images = [_day_card(figures[key], report) for key in ("images", "image_tokens")]
    return _html(
        f"{_top(report)}<main>{_tiles(report)}{_day_card(figures['cost'], report, 'wide')}"
        f"{''.join(by_day)}{''.join(images)}"
        f"{_latency(figures['latency'], report)}{_shares(figures['outcomes'], report, 2)}"
        f"{_shares(figures['files'], report, 1)}{_card(figures['waiting'], report)}"
        f"{_card(figures['models'], report, 'wide')}{_card(figures['people'], report, 'wide')}"
        "</main>"
    )


def _html(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        '<title>Snapthread: admin</title><link rel="stylesheet" href="/admin/style.css">'
        f"</head><body>{body}</body></html>"
    )


def _top(report: Report) -> str:
    links = "".join(
        f'<a href="/admin?days={days}"{" aria-current=page" if days == report.days else ""}>'
        f"{days} days</a>"
        for days in PERIODS
    )
    return (
        f'<header><div><h1>Snapthread</h1><p class="soft">{report.at:%d %b %Y, %H:%M} UTC</p></div>'
        f'<nav aria-label="Period">{links}</nav>'
        '<form method="post" action="/admin/logout"><button class="plain">Log out</button></form>'
        "</header>"
    )


def _tiles(report: Report) -> str:
    tiles = "".join(
        f"<div><dt>{name}</dt><dd>{escape(shown(report.totals[key], kind))}</dd></div>"
        for key, name, kind in TILES
    )
    return f'<dl class="tiles" aria-label="The last {report.days} days">{tiles}</dl>'


# ---------------------------------------------------------------- cards


def _framed(figure: Figure, report: Report, inside: str, look: str = "") -> str:
    note = f'<p class="soft">{escape(figure.note)}</p>' if figure.note else ""
    return (
        f'<section class="card {look}" aria-labelledby="{figure.key}"><div class="head">'
        f'<h2 id="{figure.key}">{escape(figure.title)}</h2>'
        f'<a href="/admin/{figure.key}.csv?days={report.days}" download'
        f' aria-label="{escape(figure.title)} as CSV">CSV</a></div>{note}{inside}</section>'
    )


def _day_card(figure: Figure, report: Report, look: str = "") -> str:
    """A chart, and below it the same as a table; the newest day first."""
    if not any(figure.column(1)):
        return _empty(figure, report, look, _unpriced(figure))
    table = _table(figure.columns, figure.rows[::-1])
    inside = f"{charts.by_day(figure)}<details><summary>Table</summary>{table}</details>"
    return _framed(figure, report, _unpriced(figure) + inside, look)


def _unpriced(figure: Figure) -> str:
    """A cost that is not all of it must say so."""
    if len(figure.columns) < 3:
        return ""
    turns = sum(int(turns or 0) for turns in figure.column(2))
    told = "1 turn has" if turns == 1 else f"{turns:,} turns have"
    return f'<p class="bad">{told} no known price.</p>' if turns else ""


def _card(figure: Figure, report: Report, look: str = "") -> str:
    if not figure.rows:
        return _empty(figure, report, look)
    return _framed(figure, report, _table(figure.columns, figure.rows), look)


def _empty(figure: Figure, report: Report, look: str = "", note: str = "") -> str:
    return _framed(figure, report, note or '<p class="empty">Nothing yet.</p>', look)


def _latency(figure: Figure, report: Report) -> str:
    if not figure.rows:
        return _empty(figure, report)
    highest = max(int(cell or 0) for cell in figure.column(2))
    bars = [charts.span(int(row[1] or 0), int(row[2] or 0), highest) for row in figure.rows]
    return _framed(figure, report, _table(figure.columns, figure.rows, bars))


def _shares(figure: Figure, report: Report, place: int) -> str:
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
    columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], bars: Sequence[str] = ()
) -> str:
    """With a bar behind the first cell's words where there are bars."""
    heads = "".join(f'<th scope="col" class="{_side(c)}">{escape(c.heading)}</th>' for c in columns)
    body = "".join(_rows(columns, rows[:ROWS_MAX] if not bars else rows, bars))
    more = len(rows) - ROWS_MAX
    rest = f'<p class="soft">{more:,} more in the CSV.</p>' if more > 0 and not bars else ""
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{rest}"
    )


def _rows(
    columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]], bars: Sequence[str]
) -> Iterator[str]:
    for place, row in enumerate(rows):
        texts = [escape(shown(cell, c.kind)) for cell, c in zip(row, columns, strict=True)]
        drawn = bars[place] if bars else ""
        rest = "".join(
            f'<td class="{_side(c)}">{text}</td>'
            for text, c in zip(texts[1:], columns[1:], strict=True)
        )
        yield f'<tr><th scope="row">{texts[0]}{drawn}</th>{rest}</tr>'


def _side(column: Column) -> str:
    return "text" if column.kind in ("text", "day", "user") else "number"
