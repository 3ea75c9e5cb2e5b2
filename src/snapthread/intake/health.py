"""Health: reasons why the bot is not ready, one sentence each, for /readyz and whoever reads it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapthread.limits import POLL_S
from snapthread.ports import Clock

SILENT_FOR = timedelta(seconds=POLL_S + 30)


@dataclass(slots=True, kw_only=True, eq=False)
class Health:
    """Each part of the line says when it is well and when it is ill."""

    clock: Clock
    _ill: dict[str, str] = field(default_factory=dict, init=False)
    _last_poll: datetime | None = field(default=None, init=False)
    _polls: bool = field(default=True, init=False)

    def mark_ok(self, part: str) -> None:
        self._ill.pop(part, None)
        if part == "telegram":
            self._last_poll = self.clock()
            self._polls = True

    def mark_standing_by(self) -> None:
        """Another process polls, or Telegram calls us: no poll of ours is missed."""
        self._ill.pop("telegram", None)
        self._polls = False

    def mark_failing(self, part: str, sentence: str) -> None:
        self._ill[part] = f"{part}: {sentence}"

    @property
    def poll_age_s(self) -> float | None:
        """Since this process last heard Telegram; None where it does not poll, or not yet."""
        if not self._polls or self._last_poll is None:
            return None
        return (self.clock() - self._last_poll).total_seconds()

    def reasons(self) -> list[str]:
        """Why the bot is not ready; empty where it is."""
        reasons = list(self._ill.values())
        if not self._polls:
            return reasons
        if self._last_poll is None:
            reasons.append("telegram: no poll has succeeded yet")
        elif self.clock() - self._last_poll > SILENT_FOR and "telegram" not in self._ill:
            reasons.append("telegram: the last successful poll is long ago")
        return reasons
