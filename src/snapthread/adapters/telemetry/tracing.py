"""Traces by OpenTelemetry, from the same events as logs and metrics.

Only where the extra `otel` is installed and an endpoint is set; else nothing of it is imported.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Tracer

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
MISSING: Final = "an OTEL endpoint is set, but OpenTelemetry is not installed: snapthread[otel]"
TURNS_MAX: Final = 1000  # whose spans are gathered; the oldest of more is forgotten
STEPS_MAX: Final = 500  # of one turn

# From closed sets or numbers; no user, no text, no address.
WORDS: Final = frozenset("outcome reason kind format method route fault job".split())
NS: Final = 1_000_000  # nanoseconds of a millisecond

LogEvent = MutableMapping[str, Any]


def is_wanted(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name, "").strip() for name in ENDPOINTS)


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    ended_ns: int
    fields: Mapping[str, Any]

    @property
    def began_ns(self) -> int:
        return self.ended_ns - int(self.fields.get("ms") or 0) * NS


class Spans:
    """A structlog processor: a turn becomes a span, each timed step of it a span within."""

    def __init__(self, tracer: "Tracer", now_ns: Callable[[], int] = time.time_ns) -> None:
        self._tracer = tracer
        self._now_ns = now_ns
        self._steps: OrderedDict[str, list[_Step]] = OrderedDict()
        self._done: OrderedDict[str, Context] = OrderedDict()

    def observe(self, _logger: object, _level: str, event: LogEvent) -> LogEvent:
        turn = event.get("turn")
        if isinstance(turn, str) and "ms" in event:
            self._note(turn, _Step(str(event.get("event")), self._now_ns(), dict(event)))
        return event

    def _note(self, turn: str, step: _Step) -> None:
        if step.name == "turn.done":
            self._end(turn, step)
        elif turn in self._done:  # the answer is sent after the turn is done
            self._span(step, self._done[turn])
        else:
            steps = self._steps.setdefault(turn, [])
            if len(steps) < STEPS_MAX:
                steps.append(step)
            _bound(self._steps)

    def _end(self, turn: str, done: _Step) -> None:
        from opentelemetry.trace import set_span_in_context

        root = self._tracer.start_span(
            "turn", start_time=done.began_ns, attributes=_public_fields(done)
        )
        context = set_span_in_context(root)
        for step in self._steps.pop(turn, ()):
            self._span(step, context)
        root.end(end_time=done.ended_ns)
        self._done[turn] = context
        _bound(self._done)

    def _span(self, step: _Step, context: "Context") -> None:
        span = self._tracer.start_span(
            step.name, context=context, start_time=step.began_ns, attributes=_public_fields(step)
        )
        span.end(end_time=step.ended_ns)


def _bound(kept: OrderedDict[str, Any]) -> None:
    if len(kept) > TURNS_MAX:
        kept.popitem(last=False)


def _public_fields(step: _Step) -> dict[str, str | int | float | bool]:
    """The fields that name nobody and nothing that anybody wrote."""
    fields = {"turn": step.fields["turn"]}
    for name, value in step.fields.items():
        if name in WORDS or (isinstance(value, int | float) and name != "user"):
            fields[f"snapthread.{name}"] = value
    return fields


def tracer_of(provider: "TracerProvider", version: str) -> "Tracer":
    return provider.get_tracer("snapthread", version)


def open_provider(version: str, processor: "SpanProcessor | None" = None) -> "TracerProvider":
    """Sends to the endpoint of OpenTelemetry's own settings. Raises ImportError."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    resource = Resource.create({"service.name": "snapthread", "service.version": version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(processor or _exporting())
    return provider


def _exporting() -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())
