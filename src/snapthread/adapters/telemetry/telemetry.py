"""Telemetry of one process: opened before anything else, closed after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from structlog.types import Processor

from snapthread.adapters.telemetry import tracing
from snapthread.adapters.telemetry.logs import LogFormat, LogLevel, set_up
from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.telemetry.recent import RecentProblems
from snapthread.adapters.telemetry.redact import redactor

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Logs, metrics and, where they are wanted, traces; all made of the same events."""

    metrics: Metrics
    problems: RecentProblems
    traces: "TracerProvider | None" = None

    def close(self) -> None:
        """Send what is left of the traces."""
        if self.traces is not None:
            self.traces.shutdown()


def open_telemetry(
    *,
    version: str,
    log_format: LogFormat,
    log_level: LogLevel,
    secrets: Iterable[str],
    environ: Mapping[str, str],
) -> Telemetry:
    """Set this process's logging up, for good."""
    secrets = tuple(secrets)
    metrics, problems = Metrics(version), RecentProblems(redactor(secrets))
    observers: list[Processor] = [metrics.observe, problems.observe]
    traces, missing = None, False
    if tracing.is_wanted(environ):
        try:
            traces = tracing.open_provider(version)
        except ImportError:
            missing = True
        else:
            observers.append(tracing.Spans(tracing.tracer_of(traces, version)).observe)
    set_up(
        log_format=log_format,
        log_level=log_level,
        secrets=secrets,
        observers=observers,
        keep_loggers=True,
    )
    if missing:
        log.warning("tracing.missing", why=tracing.MISSING)
    return Telemetry(metrics=metrics, problems=problems, traces=traces)
