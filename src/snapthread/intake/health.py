"""Health: reasons why the bot is not ready, one sentence each, for /readyz and whoever reads it."""

from dataclasses import dataclass, field
from datetime import datetime

from snapthread.clock import now_s
from snapthread.limits import POLL_S
from snapthread.ports import Clock

SILENT_S = POLL_S + 30.0
JUMP_S = 30.0  # no clock is set back that far by a service that keeps it right
JUMP_TOLD_S = 600.0


@dataclass(slots=True, kw_only=True, eq=False)
class Health:
    """Each part of the line says when it is well and when it is ill."""

    clock: Clock
    _ill: dict[str, str] = field(default_factory=dict, init=False)
    _polled_s: float | None = field(default=None, init=False)  # by the loop's clock
    _polls: bool = field(default=True, init=False)
    _clock_read: tuple[datetime, float] | None = field(default=None, init=False)
    _jump: tuple[float, float] | None = field(default=None, init=False)  # how far, and when

    def mark_ok(self, part: str) -> None:
        self._ill.pop(part, None)
        self._compare_clocks()
        if part == "telegram":
            self._polled_s = now_s()
            self._polls = True

    def mark_standing_by(self) -> None:
        """Another process polls, or Telegram calls us: no poll of ours is missed."""
        self._ill.pop("telegram", None)
        self._polls = False

    def mark_failing(self, part: str, sentence: str) -> None:
        self._ill[part] = f"{part}: {sentence}"

    @property
    def is_polling(self) -> bool:
        """Does this process poll, or is it about to?"""
        return self._polls

    @property
    def poll_age_s(self) -> float | None:
        """Since this process last heard Telegram; None where it does not poll, or not yet."""
        if not self._polls or self._polled_s is None:
            return None
        return now_s() - self._polled_s

    def reasons(self) -> list[str]:
        """Why the bot is not ready; empty where it is."""
        self._compare_clocks()
        reasons = [*self._ill.values(), *self._clock_reason()]
        if not self._polls:
            return reasons
        if self._polled_s is None:
            reasons.append("telegram: no poll has succeeded yet")
        elif now_s() - self._polled_s > SILENT_S and "telegram" not in self._ill:
            reasons.append("telegram: the last successful poll is long ago")
        return reasons

    def _compare_clocks(self) -> None:
        """The time of day against the loop's own clock, which nobody sets."""
        now, ticks = self.clock(), now_s()
        if self._clock_read is not None:
            before, then = self._clock_read
            jump_s = (now - before).total_seconds() - (ticks - then)
            if jump_s < -JUMP_S:  # forward, a machine that slept looks the same
                self._jump = (-jump_s, ticks)
        self._clock_read = (now, ticks)

    def _clock_reason(self) -> tuple[str, ...]:
        if self._jump is None or now_s() - self._jump[1] > JUMP_TOLD_S:
            return ()
        return (f"clock: this machine's clock was set back by {self._jump[0]:.0f} s",)
