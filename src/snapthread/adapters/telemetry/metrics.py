"""Metrics, derived from log events: the tables say which field of which event moves what.

The client is imported where metrics are made: a command that only logs does not wait for it.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, MutableMapping
from math import nan
from typing import TYPE_CHECKING, Any, Final, TypeVar

from snapthread.adapters.telemetry.counters import COUNTERS
from snapthread.adapters.telemetry.histograms import HISTOGRAMS
from snapthread.adapters.telemetry.labels import every, label
from snapthread.adapters.telemetry.rows import GAUGES, CounterRow, HistogramRow

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

LogEvent = Mapping[str, Any]  # a log event's fields, as structlog hands them on
T = TypeVar("T", "Counter", "Histogram")
NUMBERS: Final = frozenset({int, float})  # a bool is none


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self, version: str = "") -> None:
        from prometheus_client import (
            CollectorRegistry,
            Gauge,
            Info,
            ProcessCollector,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each
        self.registry: Final = CollectorRegistry(auto_describe=True)
        self._moves: dict[object, list[Callable[[LogEvent], None]]] = {}
        self._gauges = {
            row.name: Gauge(f"snapthread_{row.name}", row.help, registry=self.registry)
            for row in GAUGES
        }
        for gauge in self._gauges.values():
            gauge.set(nan)  # until somebody says it
        for counter in COUNTERS:
            self._moves.setdefault(counter.event, []).append(self._counter(counter))
        for histogram in HISTOGRAMS:
            self._moves.setdefault(histogram.event, []).append(self._histogram(histogram))
        self._last_answer_s: float | None = None
        self._moves["turn.delivered"].append(self._note_answer)
        self.gauge("last_answer_age_seconds", self._answer_age_s)
        ProcessCollector(registry=self.registry)
        build = Info(
            "snapthread_build", "Version of the bot and of Python.", registry=self.registry
        )
        build.info({"version": version, "python": platform.python_version()})

    def observe(
        self, _logger: object, _level: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A structlog processor: it moves the metrics and leaves the event as it is."""
        for move in self._moves.get(event.get("event"), ()):
            move(event)
        return event

    def gauge(self, name: str, value: Callable[[], float]) -> None:
        """A number of the table that is asked for whenever the metrics are read."""
        self._gauges[name].set_function(value)

    def set(self, name: str, value: float) -> None:
        self._gauges[name].set(value)

    def _note_answer(self, _event: LogEvent) -> None:
        self._last_answer_s = time.monotonic()

    def _answer_age_s(self) -> float:
        return nan if self._last_answer_s is None else time.monotonic() - self._last_answer_s

    def _counter(self, row: CounterRow) -> Callable[[LogEvent], None]:
        from prometheus_client import Counter

        counter = Counter(f"snapthread_{row.name}", row.help, row.labels, registry=self.registry)
        child = _children(counter, row.labels)
        for values in every(row.labels) if row.initial is None else row.initial:
            child(values)

        def move(event: LogEvent) -> None:
            amount = 1 if row.field is None else _number(event.get(row.field))
            if amount:
                child(_values(row.labels, event)).inc(amount * row.unit)

        return move

    def _histogram(self, row: HistogramRow) -> Callable[[LogEvent], None]:
        from prometheus_client import Histogram

        histogram = Histogram(
            f"snapthread_{row.name}",
            row.help,
            row.labels,
            buckets=row.buckets,
            registry=self.registry,
        )
        child = _children(histogram, row.labels)

        def move(event: LogEvent) -> None:
            amount = _number(event.get(row.field))
            if amount is not None:
                child(_values(row.labels, event)).observe(amount * row.unit)

        return move


def _number(value: object) -> float | None:
    """A field that is missing or odd moves nothing: metrics never break the line."""
    if type(value) in NUMBERS and value >= 0:  # type: ignore[operator]  # by its type
        return value  # type: ignore[return-value]
    return None


def _values(labels: tuple[str, ...], event: LogEvent) -> tuple[str, ...]:
    return tuple([label(name, event.get(name)) for name in labels])


def _children(metric: T, labels: tuple[str, ...]) -> Callable[[tuple[str, ...]], T]:
    """A metric's series by its labels' values, kept: to find one anew takes longer than to move it.

    There are as many as the closed sets allow.
    """
    kept: dict[tuple[str, ...], T] = {} if labels else {(): metric}

    def child(values: tuple[str, ...]) -> T:
        found = kept.get(values)
        if found is None:
            found = kept[values] = metric.labels(*values)
        return found

    return child
