"""The last problems of this process, kept in memory for the admin page."""

from collections import deque
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

from snapthread.ports.operation import Problem

KEPT: Final = 50
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
        raised = type(error).__name__ if isinstance(error, BaseException) else ""
        return Problem(
            at=datetime.now(UTC),
            event=str(event.get("event", "")),
            kind=str(event.get("kind") or event.get("logger") or raised),
            why=self._redact(str(event.get("why") or event.get("said") or "")),
            turn=str(event.get("turn", "")),
            number=str(event.get("number", "")),
        )
