"""Metrics, derived from log events: the table says which field of which event moves what.

The client is imported where metrics are made: a command that only logs does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from snapthread.adapters.telemetry.table import COUNTS, LABELS, SPREADS, CounterRow, HistogramRow

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

Event = Mapping[str, Any]  # a log event's fields, as structlog hands them on
OTHER: Final = "other"
T = TypeVar("T", "Counter", "Histogram")


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry

        self.registry: Final = CollectorRegistry(auto_describe=True)
        self._moves: dict[str, list[Callable[[Event], None]]] = {}
        for count in COUNTS:
            self._moves.setdefault(count.event, []).append(self._counter(count))
        for spread in SPREADS:
            self._moves.setdefault(spread.event, []).append(self._histogram(spread))

    def observe(
        self, _logger: object, _level: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """A structlog processor: it moves the metrics and leaves the event as it is."""
        for move in self._moves.get(str(event.get("event")), ()):
            move(event)
        return event

    def gauge(self, name: str, description: str, value: Callable[[], float]) -> None:
        """A number that is asked for whenever the metrics are read."""
        from prometheus_client import Gauge

        Gauge(f"snapthread_{name}", description, registry=self.registry).set_function(value)

    def _counter(self, count: CounterRow) -> Callable[[Event], None]:
        from prometheus_client import Counter

        counter = Counter(
            f"snapthread_{count.name}", count.description, count.labels, registry=self.registry
        )

        def move(event: Event) -> None:
            amount = 1 if count.field is None else _number(event.get(count.field))
            if amount is not None:
                _labelled(counter, count.labels, event).inc(amount)

        return move

    def _histogram(self, spread: HistogramRow) -> Callable[[Event], None]:
        from prometheus_client import Histogram

        histogram = Histogram(
            f"snapthread_{spread.name}",
            spread.description,
            spread.labels,
            buckets=spread.buckets,
            registry=self.registry,
        )

        def move(event: Event) -> None:
            amount = _number(event.get(spread.field))
            if amount is not None:
                _labelled(histogram, spread.labels, event).observe(amount * spread.unit)

        return move


def _number(value: object) -> float | None:
    """A field that is missing or odd moves nothing: metrics never break the line."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return float(value)


def _labelled(metric: T, labels: tuple[str, ...], event: Event) -> T:
    return metric.labels(*(_label(name, event.get(name)) for name in labels)) if labels else metric


def _label(name: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value or "")
    text = text.partition(",")[0]
    return text if text in LABELS[name] else OTHER
