"""Charts as SVG, made on the server. Widths are percent, so that letters keep their size."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from snapthread.adapters.web.admin.figure import Cell, Figure
from snapthread.adapters.web.admin.shown import short, shown

HEIGHT: Final = 148  # pixels of the plot
ABOVE: Final = 10  # room for the highest label
BELOW: Final = 22  # room for the days
GAP: Final = 0.28  # of a day's width stays empty
LEAST: Final = 2  # pixels: a small value is still seen
STEPS: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)  # tenths of a power of ten


def top_of(highest: int) -> int:
    """The end of the scale: a round number whose half is whole; at least 2."""
    power: int = 10 ** (len(str(highest)) - 1)
    tops = (step * power // 10 for step in STEPS)
    return next(top for top in tops if top >= highest and top % 2 == 0)


def by_day(figure: Figure) -> str:
    """A bar for each day of a figure whose second column is the value."""
    values = figure.column(1)
    kind = figure.columns[1].kind
    top = top_of(max(int(value or 0) for value in values))
    days = [str(day) for day in figure.column(0)]
    told = [f"{shown(d, 'day')}: {shown(v, kind)}" for d, v in zip(days, values, strict=True)]
    marks = "".join(
        f'<text x="100%" y="{_y(part, 2) + 4:.0f}">{short(part * top // 2, kind)}</text>'
        for part in range(3)
    )
    return (
        f'<div class="chart"><svg class="axis" height="{ABOVE + HEIGHT + BELOW}"'
        f' aria-hidden="true">{marks}</svg>'
        f'<svg class="plot" height="{ABOVE + HEIGHT + BELOW}" role="img"'
        f' aria-label="{escape(_summary(figure, told))}">'
        f"{_lines()}{''.join(_bars(values, told, top))}{''.join(_days(days))}</svg></div>"
    )


def _summary(figure: Figure, told: Sequence[str]) -> str:
    highest = max(range(len(told)), key=lambda place: int(figure.rows[place][1] or 0))
    return f"{figure.title} per day. Highest: {told[highest]}. Last: {told[-1]}."


def _y(value: float, top: float) -> float:
    return ABOVE + HEIGHT * (1 - value / top)


def _lines() -> str:
    return "".join(
        f'<line x1="0" x2="100%" y1="{_y(part, 2):.0f}" y2="{_y(part, 2):.0f}"/>'
        for part in range(3)
    )


def _bars(values: Sequence[Cell], told: Sequence[str], top: int) -> Iterator[str]:
    """Each in a group with the whole height of its day, which is easier to point at."""
    step = 100 / len(values)
    for place, (value, text) in enumerate(zip(values, told, strict=True)):
        height = max(LEAST, HEIGHT * int(value or 0) / top) if value else 0
        yield (
            f'<g><title>{escape(text)}</title><rect class="day" x="{place * step:.3f}%"'
            f' y="{ABOVE}" width="{step:.3f}%" height="{HEIGHT}"/>'
            f'<rect class="bar" x="{(place + GAP / 2) * step:.3f}%"'
            f' y="{ABOVE + HEIGHT - height:.1f}" width="{(1 - GAP) * step:.3f}%"'
            f' height="{height:.1f}" rx="2"/></g>'
        )


def _days(days: Sequence[str]) -> Iterator[str]:
    """Few enough that they stand apart on a phone; the first and the last day among them."""
    last = len(days) - 1
    places = range(0, len(days), 2) if last < 7 else (0, last // 2, last)
    for place in places:
        anchor = "start" if place == 0 else "end" if place == last else "middle"
        x = {"start": 0.0, "end": 100.0}.get(anchor, (place + 0.5) * 100 / len(days))
        text = shown(days[place], "day")
        yield f'<text x="{x:.2f}%" y="{ABOVE + HEIGHT + 17}" class="{anchor}">{text}</text>'


def bar(value: int, highest: int, look: str = "bar") -> str:
    """A bar in a table's row; the number stands beside it."""
    return _share(((look, value),), highest)


def span(half: int, most: int, highest: int) -> str:
    """From 0 to p50 full, on to p95 pale."""
    return _share((("pale", most), ("bar", half)), highest)


def _share(bars: Sequence[tuple[str, int]], highest: int) -> str:
    drawn = "".join(
        f'<rect class="{look}" width="{100 * value / (highest or 1):.2f}%" height="8" rx="4"/>'
        for look, value in (("track", highest or 1), *bars)
    )
    return f'<svg class="share" height="8" aria-hidden="true">{drawn}</svg>'
