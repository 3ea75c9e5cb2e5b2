"""Figures from the sums of each day: by day, by model, by user. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from snapthread.adapters.web.admin.figure import Cell, CellKind, Column, Figure
from snapthread.model.usage import DailyFeedback, DailyUsage

ERASED: Final = 0  # whose sums stay when everything about a person is erased
NAMES: Final = {"cost": "cost_micros", "voice": "voice_s"}  # of columns, with their units
DAY: Final = Column("day", "Day (UTC)", "day")
COST: Final = Column("cost_micros", "Cost", "micros")
UNPRICED: Final = Column("turns_without_price", "Turns without a price")
SUMMED: Final = (
    Column("messages", "Messages"),
    Column("images", "Images"),
    Column("documents", "Documents"),
    Column("image_tokens", "Image tokens"),
    Column("input_tokens", "Input tokens"),
    Column("cached_tokens", "Of these cached"),
    Column("output_tokens", "Output tokens"),
    Column("bytes_uploaded", "Uploaded", "bytes"),
    Column("voice_s", "Voice", "seconds"),
    COST,
    UNPRICED,
)


def days_until(last: date, count: int) -> tuple[str, ...]:
    """This many days up to the last one, which is included; oldest first."""
    return tuple((last - timedelta(days=back)).isoformat() for back in range(count))[::-1]


def daily(usage: Iterable[DailyUsage], days: Sequence[str]) -> tuple[Figure, ...]:
    by_day: dict[str, list[DailyUsage]] = {day: [] for day in days}
    for row in usage:
        by_day.setdefault(row.day, []).append(row)

    def figure(key: str, title: str, kind: CellKind, value: Callable[..., Cell]) -> Figure:
        rows = tuple((day, value(by_day[day])) for day in days)
        name = NAMES.get(key, key)
        return Figure(key=key, title=title, columns=(DAY, Column(name, title, kind)), rows=rows)

    return (
        _with_unpriced(figure("cost", "Cost", "micros", cost_of), by_day),
        figure("messages", "Messages", "count", _summing("messages")),
        figure("users", "Users", "count", users_of),
        figure("images", "Images", "count", _summing("images")),
        figure("documents", "Documents", "count", _summing("documents")),
        figure("image_tokens", "Image tokens", "count", _summing("image_tokens")),
        figure("voice", "Voice", "seconds", _summing("voice_s")),
    )


def _with_unpriced(cost: Figure, by_day: dict[str, list[DailyUsage]]) -> Figure:
    unpriced = _summing("turns_without_price")
    rows = tuple((*row, unpriced(by_day[str(row[0])])) for row in cost.rows)
    return Figure(key=cost.key, title=cost.title, columns=(*cost.columns, UNPRICED), rows=rows)


def _summing(name: str) -> Callable[[Iterable[DailyUsage]], int]:
    return lambda rows: sum(getattr(row, name) for row in rows)


def cost_of(rows: Iterable[DailyUsage]) -> int | None:
    """The known part of it; None where there are turns and no price of any."""
    costs = [row.cost_micros for row in rows]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known or not costs else None


def users_of(rows: Iterable[DailyUsage]) -> int:
    return len({row.user_id for row in rows} - {ERASED})


def by_model(usage: Iterable[DailyUsage]) -> Figure:
    model = Column("model", "Model", "text")
    return _group_by("models", "Models", model, usage, lambda row: row.model)


def by_user(usage: Iterable[DailyUsage]) -> Figure:
    user = Column("user_id", "User", "user")
    return _group_by("people", "Who used it", user, usage, lambda row: row.user_id)


def _group_by(
    key: str,
    title: str,
    column: Column,
    usage: Iterable[DailyUsage],
    of: Callable[[DailyUsage], Cell],
) -> Figure:
    """The dearest first."""
    groups: defaultdict[Cell, list[DailyUsage]] = defaultdict(list)
    for row in usage:
        groups[of(row)].append(row)
    dearest = sorted(groups, key=lambda group: (-(cost_of(groups[group]) or 0), str(group)))
    rows = tuple((group, *sums(groups[group])) for group in dearest)
    return Figure(key=key, title=title, columns=(column, *SUMMED), rows=rows)


def sums(rows: Sequence[DailyUsage]) -> tuple[int | None, ...]:
    """One for each of SUMMED."""
    return tuple(
        cost_of(rows) if column is COST else _summing(column.name)(rows) for column in SUMMED
    )


def first_readable(usage: Iterable[DailyUsage], days: Sequence[str], most: int) -> str:
    """The first of these days from which on there are at most this many messages.

    The last day is always one of them.
    """
    messages = Counter[str]()
    for row in usage:
        messages[row.day] += row.messages
    total, first = 0, days[-1]
    for day in reversed(days):
        total += messages[day]
        if total > most:
            break
        first = day
    return first


def by_feedback(feedback: Iterable[DailyFeedback]) -> Figure:
    """Reactions to the answers of each model; those that people like best first."""
    good: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for row in feedback:
        good[row.model] += row.good
        bad[row.model] += row.bad
    models = sorted({*good, *bad}, key=lambda model: (-good[model], bad[model], model))
    columns = (Column("model", "Model", "text"), Column("good", "👍"), Column("bad", "👎"))
    rows = tuple((model, good[model], bad[model]) for model in models)
    return Figure(key="feedback", title="What people think of answers", columns=columns, rows=rows)
