"""The pages themselves: HTML without a script, made of the figures of a report."""

from collections.abc import Iterator
from typing import Final

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.cards import (
    card,
    day_card,
    dead_card,
    frame,
    latency_card,
    limits_card,
    shares_card,
)
from snapthread.adapters.web.admin.figure import Cell, CellKind, Figure
from snapthread.adapters.web.admin.formats import day, duration, format_cell
from snapthread.adapters.web.admin.language import current_language, tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, join
from snapthread.adapters.web.admin.reading import Report
from snapthread.adapters.web.admin.status import Status, uptime
from snapthread.adapters.web.admin.tables import table

PERIODS: Final = (7, 30, 90)
TILES: Final[tuple[tuple[str, str, CellKind], ...]] = (
    ("cost_micros", "Cost", "micros"),
    ("users", "Users", "count"),
    ("known", "Known people", "count"),
    ("messages", "Messages", "count"),
    ("images", "Images", "count"),
    ("documents", "Documents", "count"),
    ("image_tokens", "Image tokens", "count"),
    ("voice_s", "Voice", "seconds"),
    ("files", "Files held now", "count"),
)


def login_page(told: str = "") -> Html:
    note = parts.WRONG(told=tr(told)) if told else NOTHING
    return parts.WHOLE(body=parts.LOGIN(note=note), refresh=NOTHING, language=current_language())


def report_page(report: Report, form: str) -> Html:
    """`form`: proves that what is sent came from this page."""
    main = parts.MAIN(cards=join((_tiles(report), *_cards(report, form))))
    body = join((_top(report, form), main))
    return parts.WHOLE(body=body, refresh=parts.REFRESH(), language=current_language())


def _top(report: Report, form: str) -> Html:
    periods = (
        (parts.PERIOD_SHOWN if days == report.days else parts.PERIOD)(days=days) for days in PERIODS
    )
    return parts.TOP(
        day=day(report.at.date().isoformat()), at=report.at, periods=join(periods), form=form
    )


def _tiles(report: Report) -> Html:
    tiles = (
        parts.TILE(
            name=tr(name),
            value=format_cell(report.totals[key], kind),
            today=today_of(report.today.get(key), kind) if key in report.today else NOTHING,
        )
        for key, name, kind in TILES
    )
    return parts.TILES(days=report.days, tiles=join(tiles))


def today_of(cell: Cell, kind: CellKind) -> Html:
    return parts.TODAY(value=format_cell(cell, kind))


def _cards(report: Report, form: str) -> Iterator[Html]:
    figures, days = report.figures, report.days
    if report.status:
        yield from _status_cards(report, report.status, form)
    yield day_card(figures["cost"], days, "wide")
    for key in ("messages", "users", "images", "image_tokens"):
        yield day_card(figures[key], days)
    for key in ("documents", "voice"):
        if any(figures[key].column(1)):
            yield day_card(figures[key], days, "wide")
    yield latency_card(figures["latency"], days)
    yield shares_card(figures["outcomes"], days, 2)
    yield shares_card(figures["files"], days, 1, "" if report.status is None else "wide")
    if report.status is None:
        yield card(figures["waiting"], days)
    yield card(figures["models"], days, "wide")
    if figures["feedback"].rows:
        yield card(figures["feedback"], days)
    yield _people(figures["people"], days)


def _people(figure: Figure, days: int) -> Html:
    """Also where nobody used it yet: a person may be looked for."""
    known = table(figure.columns, figure.rows) if figure.rows else parts.EMPTY()
    return frame(figure, days, join((parts.FIND(), known)), "wide")


def _status_cards(report: Report, status: Status, form: str) -> Iterator[Html]:
    figures, days = report.figures, report.days
    age_s = status.poll_age_s
    yield parts.STATUS(
        look="good" if status.is_ready else "bad",
        told=tr("Ready" if status.is_ready else "Not ready"),
        reasons=join(parts.REASON(reason=reason) for reason in status.reasons),
        version=status.version,
        name=status.name,
        up=uptime(status.up),
        polled=NOTHING if age_s is None else parts.POLLED(age=duration(int(age_s * 1000))),
    )
    yield card(figures["replicas"], days, "wide")
    yield card(figures["problems"], days, "wide")
    yield card(figures["running"], days)
    yield card(figures["waiting"], days)
    yield limits_card(figures["limits"], days, "wide")
    yield dead_card(figures["dead"], days, form)
