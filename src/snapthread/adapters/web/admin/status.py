"""The running process on the admin page: its health, what it does now, what went wrong last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.model import QueuedMessage
from snapthread.ports import QueueInspection
from snapthread.ports.operation import ActiveTurn, Operation, Problem

DEAD_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One process, and the figures of what it holds and met."""

    version: str
    name: str
    up: timedelta
    reasons: tuple[str, ...]
    figures: tuple[Figure, ...]

    @property
    def is_ready(self) -> bool:
        return not self.reasons


async def read_status(operation: Operation, store: QueueInspection, now: datetime) -> Status:
    return Status(
        version=operation.version,
        name=operation.name,
        up=now - operation.began_at,
        reasons=tuple(await operation.reasons()),
        figures=(
            _problems(operation.problems()),
            _running(operation.active_turns()),
            _dead(await store.waiting(limit=DEAD_MAX, dead=True)),
        ),
    )


def _problems(problems: Sequence[Problem]) -> Figure:
    return Figure(
        key="problems",
        title="Last problems",
        note="Of this process, since it started; newest first." if problems else "",
        columns=(
            Column("at", "Time (UTC)", "text"),
            Column("event", "Event", "text"),
            Column("kind", "Kind", "text"),
            Column("turn", "Turn or number", "text"),
            Column("why", "Why", "text"),
        ),
        rows=tuple(
            (_time(one.at), one.event, one.kind, one.number or one.turn, one.why)
            for one in problems
        ),
    )


def _running(turns: Sequence[ActiveTurn]) -> Figure:
    return Figure(
        key="running",
        title="Turns that run now",
        columns=(
            Column("conversation", "Conversation", "text"),
            Column("messages", "Messages"),
            Column("attempt", "Attempt"),
        ),
        rows=tuple((str(turn.conversation), turn.messages, turn.attempt) for turn in turns),
    )


def _dead(letters: Sequence[QueuedMessage]) -> Figure:
    return Figure(
        key="dead",
        title="Dead letters",
        note="Given up after three attempts." if letters else "",
        columns=(
            Column("id", "Id", "text"),
            Column("since", "Since (UTC)", "text"),
            Column("conversation", "Conversation", "text"),
            Column("kind", "Kind", "text"),
            Column("attempts", "Attempts"),
        ),
        rows=tuple(
            (
                str(one.update_id),
                _time(one.arrived_at),
                str(one.conversation),
                one.kind,
                one.attempts,
            )
            for one in letters
        ),
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def uptime(up: timedelta) -> str:
    """In the two largest units."""
    minutes = int(up.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
