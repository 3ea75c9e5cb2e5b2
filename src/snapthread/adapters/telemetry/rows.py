"""Rows of the tables of metrics, each explained so that it stands alone; and the gauges."""

from dataclasses import dataclass
from typing import Final

SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
BYTES: Final = tuple(10.0**power for power in range(3, 9))
PIXELS: Final = (1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 5e7)
MS: Final = 0.001  # events tell milliseconds, metrics seconds
MICRO: Final = 1e-6  # events tell micro-dollars, metrics dollars


@dataclass(frozen=True, slots=True)
class CounterRow:
    """A counter: each event adds its `field` times `unit`, or 1.

    `initial`: the label values that are there from the start; none: every combination.
    """

    event: str
    name: str
    help: str
    labels: tuple[str, ...] = ()
    field: str | None = None
    unit: float = 1
    initial: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class HistogramRow:
    """A histogram: each event adds its `field` times `unit`."""

    event: str
    name: str
    help: str
    labels: tuple[str, ...] = ()
    field: str = "ms"
    unit: float = MS
    buckets: tuple[float, ...] = SECONDS


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A number that is asked for when the metrics are read."""

    name: str
    help: str


GAUGES: Final = (
    GaugeRow("active_turns", "Turns that run in this process now."),
    GaugeRow("waiting_messages", "Messages in the store that wait for an answer or get one now."),
    GaugeRow("dead_letters", "Messages in the store that were given up after three attempts."),
    GaugeRow("live_files", "Files at OpenAI that conversations in the store hold."),
    GaugeRow("deletions_due", "Files at OpenAI that are still to be deleted."),
    GaugeRow(
        "last_poll_age_seconds",
        "Time since updates were last received from Telegram; NaN where another process polls.",
    ),
    GaugeRow(
        "last_answer_age_seconds",
        "Time since an answer was last delivered by this process; NaN before the first.",
    ),
    GaugeRow("ready", "1 where the bot can serve, 0 where /readyz says why not."),
)
