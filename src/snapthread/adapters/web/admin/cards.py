"""Cards: a figure under its title, as a table, bars or a chart."""

from collections.abc import Sequence
from typing import Final

from snapthread.adapters.web.admin import charts, parts
from snapthread.adapters.web.admin.figure import Figure
from snapthread.adapters.web.admin.language import tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, join
from snapthread.adapters.web.admin.tables import ROWS_MAX, table

LOOKS: Final = {"refused": "busy", "interrupted": "busy", "failed": "wrong", "dead_letter": "wrong"}
NEARLY: Final = 80  # percent of a limit
ALL: Final = 100


def card(figure: Figure, days: int, look: str = "") -> Html:
    """`days`: of the period, for the link to the CSV; 0: there is none, and the table is whole."""
    if not figure.rows:
        return empty(figure, days, look)
    most = ROWS_MAX if days else len(figure.rows)
    return frame(figure, days, table(figure.columns, figure.rows, most=most), look)


def frame(figure: Figure, days: int, inside: Html, look: str = "") -> Html:
    title = tr(figure.title)
    return parts.CARD(
        look=look,
        key=figure.key,
        title=title,
        csv=parts.CSV(key=figure.key, title=title, days=days) if days else NOTHING,
        note=parts.NOTE(note=tr(figure.note)) if figure.note else NOTHING,
        inside=inside,
    )


def empty(figure: Figure, days: int, look: str = "", note: Html = NOTHING) -> Html:
    return frame(figure, days, note or parts.EMPTY(), look)


def day_card(figure: Figure, days: int, look: str = "") -> Html:
    """A chart, and below it the same as a table; the newest day first."""
    unpriced = _unpriced_note(figure)
    if not any(figure.column(1)):
        return empty(figure, days, look, unpriced)
    folded = parts.FOLDED(table=table(figure.columns, figure.rows[::-1]))
    return frame(figure, days, join((unpriced, charts.by_day(figure), folded)), look)


def _unpriced_note(figure: Figure) -> Html:
    """A cost that is not all of it must say so."""
    turns = sum(int(turns or 0) for turns in figure.column(2)) if len(figure.columns) > 2 else 0
    return parts.UNPRICED(turns=turns) if turns else NOTHING


def dead_card(figure: Figure, days: int, form: str) -> Html:
    """Each with buttons that ask it again, or drop it."""
    if not figure.rows:
        return empty(figure, days, "wide")
    acts = [parts.REPLAY(id=row[0], form=form) for row in figure.rows[:ROWS_MAX]]
    return frame(figure, days, table(figure.columns, figure.rows, acts=acts), "wide")


def latency_card(figure: Figure, days: int) -> Html:
    if not figure.rows:
        return empty(figure, days)
    highest = max(int(cell or 0) for cell in figure.column(2))
    bars = [charts.span(int(row[1] or 0), int(row[2] or 0), highest) for row in figure.rows]
    return frame(figure, days, table(figure.columns, figure.rows, bars))


def shares_card(figure: Figure, days: int, place: int, look: str = "") -> Html:
    """A table with a bar in each row, of the column at this place."""
    if not any(figure.column(place)):
        return empty(figure, days, look)
    highest = max(int(cell or 0) for cell in figure.column(place))
    looks = [LOOKS.get(str(row[0]), "bar") for row in figure.rows]
    return frame(figure, days, _with_bars(figure, place, highest, looks), look)


def limits_card(figure: Figure, days: int, look: str = "") -> Html:
    """Each limit with a bar of what is used of it."""
    if not figure.rows:
        return empty(figure, days, look, parts.NO_LIMITS())
    place = next(at for at, column in enumerate(figure.columns) if column.name == "percent")
    used = [int(row[place] or 0) for row in figure.rows]
    looks = ["wrong" if part >= ALL else "busy" if part >= NEARLY else "bar" for part in used]
    return frame(figure, days, _with_bars(figure, place, ALL, looks), look)


def _with_bars(figure: Figure, place: int, highest: int, looks: Sequence[str]) -> Html:
    values = [min(int(row[place] or 0), highest) for row in figure.rows]
    bars = [charts.bar(value, highest, look) for value, look in zip(values, looks, strict=True)]
    return table(figure.columns, figure.rows, bars)
