"""Logs without secrets; metrics and traces of the same events."""

from snapthread.adapters.telemetry.gauges import StoreGauges
from snapthread.adapters.telemetry.logs import set_up
from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.telemetry.telemetry import Telemetry, open_telemetry

__all__ = ["Metrics", "StoreGauges", "Telemetry", "open_telemetry", "set_up"]
