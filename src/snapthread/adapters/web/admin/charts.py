"""Charts as SVG, made on the server. Widths are percent, so that letters keep their size."""

from collections.abc import Iterator, Sequence
from typing import Final

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.figure import Cell, Figure
from snapthread.adapters.web.admin.formats import format_cell, short
from snapthread.adapters.web.admin.language import tr
from snapthread.adapters.web.admin.markup import Html, join

HEIGHT: Final = 148  # pixels of the plot
ABOVE: Final = 10  # room for the highest label
BELOW: Final = 22  # room for the days
AXIS: Final = 46  # pixels, where its labels are short
LETTER: Final = 8
GAP: Final = 0.28  # of a day's width stays empty
LEAST: Final = 2  # pixels: a small value is still seen
STEPS: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)  # tenths of a power of ten


def top_of(highest: int) -> int:
    """The end of the scale: a round number whose half is whole; at least 2."""
    power: int = 10 ** (len(str(highest)) - 1)
    tops = (step * power // 10 for step in STEPS)
    return next(top for top in tops if top >= highest and top % 2 == 0)


def by_day(figure: Figure) -> Html:
    """A bar for each day of a figure whose second column is the value."""
    values = figure.column(1)
    kind = figure.columns[1].kind
    top = top_of(max(int(value or 0) for value in values))
    days = [str(day) for day in figure.column(0)]
    told = [
        f"{format_cell(d, 'day')}: {format_cell(v, kind)}"
        for d, v in zip(days, values, strict=True)
    ]
    marks = [short(part * top // 2, kind) for part in range(3)]
    return parts.CHART(
        height=ABOVE + HEIGHT + BELOW,
        axis=max(AXIS, LETTER * max(map(len, marks))),
        marks=join(parts.MARK(y=_y(part, 2) + 4, text=text) for part, text in enumerate(marks)),
        summary=_summary(figure, told),
        lines=join(parts.LINE(y=_y(part, 2)) for part in range(3)),
        bars=join(_bars(values, told, top)),
        days=join(_days(days)),
    )


def _summary(figure: Figure, told: Sequence[str]) -> str:
    highest = max(range(len(told)), key=lambda place: int(figure.rows[place][1] or 0))
    return (
        f"{tr(figure.title)} {tr('per day')}. {tr('Highest:')} {told[highest]}."
        f" {tr('Last:')} {told[-1]}."
    )


def _y(value: float, top: float) -> float:
    return ABOVE + HEIGHT * (1 - value / top)


def _bars(values: Sequence[Cell], told: Sequence[str], top: int) -> Iterator[Html]:
    """Each in a group with the whole height of its day, which is easier to point at."""
    step = 100 / len(values)
    for place, (value, text) in enumerate(zip(values, told, strict=True)):
        height = max(LEAST, HEIGHT * int(value or 0) / top) if value else 0
        yield parts.BAR(
            told=text,
            day_x=place * step,
            above=ABOVE,
            day_width=step,
            full=HEIGHT,
            x=(place + GAP / 2) * step,
            y=ABOVE + HEIGHT - height,
            width=(1 - GAP) * step,
            height=height,
        )


def _days(days: Sequence[str]) -> Iterator[Html]:
    """Few enough that they stand apart on a phone; the first and the last day among them."""
    last = len(days) - 1
    places = range(0, len(days), 2) if last < 7 else (0, last // 2, last)
    for place in places:
        anchor = "start" if place == 0 else "end" if place == last else "middle"
        x = {"start": 0.0, "end": 100.0}.get(anchor, (place + 0.5) * 100 / len(days))
        yield parts.DAY(
            x=x, y=ABOVE + HEIGHT + 17, anchor=anchor, text=format_cell(days[place], "day")
        )


def bar(value: int, highest: int, look: str = "bar") -> Html:
    """A bar in a table's row; the number stands beside it."""
    return _share(((look, value),), highest)


def span(half: int, most: int, highest: int) -> Html:
    """From 0 to p50 full, on to p95 pale."""
    return _share((("pale", most), ("bar", half)), highest)


def _share(bars: Sequence[tuple[str, int]], highest: int) -> Html:
    drawn = (
        parts.SHARE_BAR(look=look, width=100 * value / (highest or 1))
        for look, value in (("track", highest or 1), *bars)
    )
    return parts.SHARE(bars=join(drawn))
