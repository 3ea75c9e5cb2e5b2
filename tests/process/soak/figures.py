"""The figures of a long run: counted as it goes, written to a file, judged at the end."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Final

SLOW_S: Final = 60.0


@dataclass(slots=True, kw_only=True)
class Figures:
    """`bad` holds whatever breaks a promise, with what is needed to find out why."""

    seed: int
    began: float = field(default_factory=time.time)
    minutes: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    ended_by_reset: int = 0
    twice: int = 0  # messages that came twice
    twice_allowed: int = 0  # kills, and sends whose reply was lost
    kills: int = 0
    stops: int = 0
    jumps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    vanished: int = 0
    named_vanished: int = 0  # requests that named a file which had vanished
    requests: int = 0
    uploads: int = 0
    files: int = 0  # at OpenAI now
    longest_wait_s: float = 0.0
    largest_mb: float = 0.0
    sentences: Counter[str] = field(default_factory=Counter)  # answers that are no answers
    errors: Counter[str] = field(default_factory=Counter)  # events of the log at level error
    slow: list[str] = field(default_factory=list)  # waits of more than a minute: no promise
    end: dict[str, object] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def waited(self, seconds: float, whose: str) -> None:
        self.longest_wait_s = max(self.longest_wait_s, round(seconds, 1))
        if seconds > SLOW_S:
            self.slow.append(f"{self.clock()} {whose} waited {seconds:.0f} s")

    def is_bad(self, what: str) -> None:
        self.bad.append(f"{self.clock()} {what}")

    def clock(self) -> str:
        """The time of day, as the logs have it."""
        return time.strftime("%H:%M:%S", time.gmtime())

    def write(self, path: Path) -> None:
        self.minutes = round((time.time() - self.began) / 60, 1)
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
