"""Traces are made of the same events, only where they are wanted, and name nobody."""

import subprocess
import sys

import pytest

from snapthread.adapters.telemetry import tracing

pytest.importorskip("opentelemetry.sdk", reason="no OpenTelemetry here: snapthread[otel]")

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

STEPS = (
    ("image.downloaded", {"ms": 100, "bytes": 5, "user": 77}),
    ("openai.request", {"ms": 900, "route": "responses", "code": "ok"}),
    ("turn.done", {"ms": 1500, "outcome": "answered", "user": 77, "why": "a diary"}),
    ("part.delivered", {"ms": 50}),
)


def spans(*turns: str) -> dict[str, ReadableSpan]:
    exporter = InMemorySpanExporter()
    provider = tracing.open_provider("1.2.3", SimpleSpanProcessor(exporter))
    told = tracing.Spans(tracing.tracer_of(provider, "1.2.3"), now_ns=lambda: 2_000_000_000)
    for turn in turns:
        for event, fields in STEPS:
            told.observe(None, "info", {"event": event, "turn": turn, **fields})
    provider.shutdown()
    return {span.name: span for span in exporter.get_finished_spans()}


def test_a_turn_is_a_span_and_each_timed_step_a_span_within() -> None:
    found = spans("a1")

    turn = found.pop("turn")
    assert set(found) == {"image.downloaded", "openai.request", "part.delivered"}
    assert turn.context is not None
    for step in found.values():
        assert step.parent is not None
        assert step.parent.span_id == turn.context.span_id
    assert (turn.start_time, turn.end_time) == (500_000_000, 2_000_000_000)
    assert found["openai.request"].start_time == 1_100_000_000


def test_a_span_names_nobody_and_holds_nothing_that_anybody_wrote() -> None:
    for span in spans("a1").values():
        assert "77" not in map(str, (span.attributes or {}).values())
        assert "a diary" not in (span.attributes or {}).values()


def test_what_belongs_to_no_turn_makes_no_span() -> None:
    told = tracing.Spans(
        tracing.tracer_of(
            tracing.open_provider("1", SimpleSpanProcessor(InMemorySpanExporter())), "1"
        )
    )
    event = {"event": "telegram.request", "ms": 5}
    assert told.observe(None, "debug", event) is event
    assert not told._steps


def test_turns_that_never_end_are_forgotten_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "TURNS_MAX", 3)
    provider = tracing.open_provider("1", SimpleSpanProcessor(InMemorySpanExporter()))
    told = tracing.Spans(tracing.tracer_of(provider, "1"))
    for turn in range(10):
        told.observe(None, "info", {"event": "image.downloaded", "turn": str(turn), "ms": 1})
    assert list(told._steps) == ["7", "8", "9"]


def test_nothing_of_it_is_imported_where_no_endpoint_is_set() -> None:
    program = (
        "import sys\n"
        "from snapthread.adapters.telemetry.telemetry import open_telemetry\n"
        "told = dict(version='1', log_format='json', log_level='INFO', secrets=(), environ={})\n"
        "open_telemetry(**told)\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_where_it_is_wanted_and_not_installed_a_line_says_so() -> None:
    program = (
        "import sys\n"
        "sys.modules['opentelemetry.sdk'] = None\n"
        "from snapthread.adapters.telemetry.telemetry import open_telemetry\n"
        "environ = {'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://127.0.0.1:4318'}\n"
        "told = dict(version='1', log_format='json', log_level='INFO', secrets=())\n"
        "assert open_telemetry(**told, environ=environ).traces is None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "tracing.missing" in done.stderr
