"""Logs without secrets, and the metrics derived from them."""

from snapthread.adapters.telemetry.logs import set_up
from snapthread.adapters.telemetry.metrics import Metrics

__all__ = ["Metrics", "set_up"]
