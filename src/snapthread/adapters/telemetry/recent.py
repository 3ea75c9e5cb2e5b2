"""The last problems of this process, kept in memory for the admin page."""

from collections import deque
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final

from snapthread.ports.operation import Problem

KEPT: Final = 50
OURS: Final = str(Path(__file__).parents[2])
LEVELS: Final = frozenset({"warning", "error", "critical"})


class RecentProblems:
    """A structlog processor that remembers warnings and errors, redacted; no traceback is kept."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._kept: deque[Problem] = deque(maxlen=KEPT)

    def observe(
        self, _logger: object, level: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        if level in LEVELS:
            self._kept.append(self._problem(event))
        return event

    def __call__(self) -> tuple[Problem, ...]:
        return tuple(reversed(self._kept))

    def _problem(self, event: MutableMapping[str, Any]) -> Problem:
        error = event.get("exc_info")
        raised, where = _kind_and_place(error) if isinstance(error, BaseException) else ("", "")
        return Problem(
            at=datetime.now(UTC),
            event=str(event.get("event", "")),
            kind=str(event.get("kind") or event.get("logger") or raised),
            why=self._redact(str(event.get("why") or event.get("said") or where)),
            turn=str(event.get("turn", "")),
            number=str(event.get("number", "")),
        )


def _kind_and_place(error: BaseException) -> tuple[str, str]:
    """Its class, and the last line of ours that it came through; what it says may be content."""
    lines = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [f"{file[len(OURS) + 1 :]}:{line}" for file, line in lines if file.startswith(OURS)]
    return type(error).__name__, ours[-1] if ours else ""
