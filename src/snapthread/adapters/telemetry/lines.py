"""The line of an event: time, level and event first, then its fields as they were told."""

import json
import logging
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog

# A person reads these; what is zero, empty or unknown would only hide the rest.
TERSE: Final = frozenset({"turn.done"})
NOTHING: Final = (0, None, "")
PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/,+@*")
COLOURS: Final = {"debug": 2, "info": 32, "warning": 33, "error": 31, "critical": 31}

LogEvent = MutableMapping[str, Any]


class Line:
    """The last processor: drops what is below the level, else makes the line of it, redacted."""

    def __init__(
        self, level: int, render: Callable[[LogEvent], str], redact: Callable[[str], str]
    ) -> None:
        levels = logging.getLevelNamesMapping().items()
        self._shown = frozenset(name.lower() for name, number in levels if number >= level)
        self._render = render
        self._redact = redact

    def __call__(self, _logger: object, method: str, event: LogEvent) -> str:
        if method not in self._shown:
            raise structlog.DropEvent
        if "exc_info" in event:
            event = structlog.processors.format_exc_info(None, method, event)
        name = event.pop("event", "")
        fields = {"timestamp": _now(), "level": method, "event": name}
        if name in TERSE:
            event = {key: value for key, value in event.items() if value not in NOTHING}
        fields.update(event)
        return self._redact(self._render(fields))


def _now() -> str:
    return datetime.now(UTC).isoformat()[:-6] + "Z"


def as_json(fields: LogEvent) -> str:
    """One object; what JSON cannot tell is told as Python would."""
    try:
        return json.dumps(fields, default=repr)
    except (TypeError, ValueError):  # a key that is no text, a value within itself
        return json.dumps({key: _to_text(value) for key, value in fields.items()})


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def as_console(*, colours: bool) -> Callable[[LogEvent], str]:
    """For a person at a terminal."""

    def render(fields: LogEvent) -> str:
        at, level, name = (fields.pop(key) for key in ("timestamp", "level", "event"))
        trace = fields.pop("exception", "")
        told = " ".join([f"{key}={_value(value)}" for key, value in fields.items()])
        shown = f"\x1b[{COLOURS.get(level, 0)}m{level:<8}\x1b[0m" if colours else f"{level:<8}"
        line = f"{at} {shown} {name}  {told}" if told else f"{at} {shown} {name}"
        return f"{line}\n{trace}" if trace else line

    return render


def _value(value: object) -> str:
    if isinstance(value, str):
        return value if value and PLAIN.issuperset(value) else json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, int | float) else repr(value)
